/** The administrator's passphrase: from a file, from a line, or asked for; a new one twice. */
import { type Io, type Prompts, readSecretFile } from '@countersign/terminal';
import { badNewPassphrase, newPassphraseProblem, passphrasesDiffer, questions, warn } from './ui.ts';

/** The passphrase of a store that exists. */
export async function askPassphrase(io: Io, prompts: Prompts, file: string | undefined): Promise<string> {
  return (await readGiven(io, prompts, file)) ?? prompts.secret({ message: questions.passphrase });
}

/**
 * A passphrase for something new. A repetition that was mistyped starts over on a terminal; elsewhere it is CliError
 * `passphrases_differ`, exit 2.
 */
export async function askNewPassphrase(io: Io, prompts: Prompts, file: string | undefined): Promise<string> {
  const given = await readGiven(io, prompts, file);
  const problem = given === undefined ? undefined : newPassphraseProblem(given);
  if (problem !== undefined) throw badNewPassphrase(problem);
  return given ?? askTwice(io, prompts);
}

async function askTwice(io: Io, prompts: Prompts): Promise<string> {
  for (;;) {
    const message = questions.newPassphrase;
    const passphrase = await prompts.secret({ message, validate: newPassphraseProblem });
    const again = await prompts.secret({ message: questions.newPassphraseAgain });
    if (again === passphrase) return passphrase;
    if (!io.isTerminal) throw passphrasesDiffer();
    warn(io, passphrasesDiffer().message);
  }
}

/** Nothing when it is to be asked for: no file given, or standard input, and somebody types there. */
async function readGiven(io: Io, prompts: Prompts, file: string | undefined): Promise<string | undefined> {
  if (file === undefined || (file === '-' && io.isTerminal)) return undefined;
  return readSecretFile({
    path: file,
    what: questions.passphrase,
    prompts,
    warn: (message) => warn(io, message),
  });
}
