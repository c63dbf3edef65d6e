/** Asking for a user name and for passwords, old and new. */
import { asSentence, readSecretFile } from '@countersign/terminal';
import type { Context } from './context.ts';
import { passwordsDiffer } from './ui/endings.ts';
import { ASK } from './ui/questions.ts';

type Library = typeof import('@countersign/auth-client');

/** A user name in its canonical form. Only who types one on a terminal may try again. */
export async function askUsername(
  { prompts, io, ui }: Context,
  given?: string,
  message: string = ASK.name,
): Promise<string> {
  for (;;) {
    const typed = given ?? (await prompts.text({ message })).trim();
    const library = await import('@countersign/auth-client');
    const problem = problemOf(library, () => library.checkUsername(typed));
    if (problem === undefined || given !== undefined || !io.isTerminal) return library.checkUsername(typed);
    ui.warn(problem);
  }
}

/** The password the account has. */
export async function askPassword(context: Context): Promise<string> {
  return (await passwordFromFile(context)) ?? context.prompts.secret({ message: ASK.password });
}

/** The password of an account to be made. */
export async function askFirstPassword(context: Context): Promise<string> {
  const password = await passwordFromFile(context);
  if (password === undefined) return askNewPassword(context, ASK.password);
  const { checkNewPassword } = await import('@countersign/auth-client');
  checkNewPassword(password);
  return password;
}

/** A new password, typed twice. Only who types on a terminal may try again. */
export async function askNewPassword({ prompts, io, ui }: Context, message: string): Promise<string> {
  const library = await import('@countersign/auth-client');
  const validate = (typed: string) => problemOf(library, () => library.checkNewPassword(typed));
  for (;;) {
    const password = await prompts.secret(io.isTerminal ? { message, validate } : { message });
    library.checkNewPassword(password);
    if ((await prompts.secret({ message: ASK.passwordAgain })) === password) return password;
    if (!io.isTerminal) throw passwordsDiffer();
    ui.passwordsDiffer();
  }
}

/** `-` means the same as no file: a prompt, or standard input. */
export function isAsked(file: string | undefined): file is undefined | '-' {
  return file === undefined || file === '-';
}

async function passwordFromFile({ options, prompts, io }: Context): Promise<string | undefined> {
  const path = options.passwordFile;
  if (isAsked(path)) return undefined;
  return readSecretFile({ path, what: ASK.password, prompts, signal: io.signal });
}

/** What the library has against it, in a sentence. */
function problemOf({ ClientError }: Library, check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ClientError) return asSentence(error.message);
    throw error;
  }
}
