/** Asks for a user name and for passwords, old and new. Only a person on a terminal can try again. */
import { formatServer } from '@countersign/auth-client/server-address';
import {
  askNewSecret,
  asSentence,
  EXIT,
  note,
  problem,
  readSecretFile,
  sentence,
  warn,
} from '@countersign/terminal';
import { type Context, serverOf } from './context.ts';
import { isClientError } from './explain.ts';

export const NEW_PASSWORD = 'New password';
export const PASSWORD_AGAIN = 'The same password again';

/**
 * Returns the canonical form of the name that was given or typed. On a terminal, Enter alone is the name of the last login
 * at this server.
 * @throws {ClientError} bad_username
 */
export async function askUsername(context: Context, given?: string): Promise<string> {
  const { last, server } = context;
  const usual = last && formatServer(last.server) === formatServer(server) ? last.username : undefined;
  if (context.isLastServer && given === undefined) note(context.io, sentence`Server: ${serverOf(context)}`);
  return askName(context, usual === undefined ? 'User name' : sentence`User name [${usual}]`, given, usual);
}

/** The same for an account that does not exist yet, which has no usual name. */
export function askNewUsername(context: Context, given?: string, message = 'User name'): Promise<string> {
  return askName(context, message, given);
}

async function askName(context: Context, message: string, given?: string, usual = ''): Promise<string> {
  const { prompts, io } = context;
  for (;;) {
    const typed = given ?? ((await prompts.text({ message })).trim() || usual);
    const { checkUsername } = await import('@countersign/auth-client');
    const broken = ruleBroken(() => checkUsername(typed));
    if (broken === undefined || given !== undefined || !io.isTerminal) return checkUsername(typed);
    warn(io, broken);
  }
}

/** Whether the password is asked for, which `--password-file -` means as well. */
export function isPasswordAsked({ options }: Context): boolean {
  return (options.passwordFile ?? '-') === '-';
}

/** Returns the password that the account has. */
export function askPassword({ io, prompts, options }: Context): Promise<string> {
  const path = options.passwordFile ?? '-';
  return readSecretFile({ path, what: 'Password', prompts, signal: io.signal });
}

/**
 * Returns a new password, for an account that has none.
 *
 * @throws {ClientError} bad_password; CliError passwords_differ
 */
export async function askFirstPassword(context: Context, message = 'Password'): Promise<string> {
  if (isPasswordAsked(context)) return askNewPassword(context, message);
  const { checkNewPassword } = await import('@countersign/auth-client');
  const password = await askPassword(context);
  checkNewPassword(password);
  return password;
}

/**
 * Asks twice for a new password.
 *
 * @throws {ClientError} bad_password; CliError passwords_differ
 */
export async function askNewPassword({ prompts, io }: Context, message: string): Promise<string> {
  const { checkNewPassword } = await import('@countersign/auth-client');
  const check = (typed: string) => void checkNewPassword(typed);
  return askNewSecret(io, prompts, {
    message,
    again: PASSWORD_AGAIN,
    validate: io.isTerminal ? (typed) => ruleBroken(() => check(typed)) : check,
    differ: () => problem('passwords_differ', EXIT.usage, 'The two passwords differ. Type both again.'),
  });
}

/** The rule of the library that was broken, as a sentence. */
function ruleBroken(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (isClientError(error)) return asSentence(error.message);
    throw error;
  }
}
