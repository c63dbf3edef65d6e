/** What opens the store: a key file, or the administrator's passphrase, from a file, from a line, or asked for. */
import type { Unlock } from '@countersign/secure-store';
import { type Io, type Prompts, readSecretFile } from '@countersign/terminal';
import { readKeyFile } from './key-file.ts';
import type { Settings } from './settings.ts';
import { badNewPassphrase, newPassphraseProblem, passphrasesDiffer, questions } from './ui/asking.ts';
import { warn } from './ui/voice.ts';

/** For a store that exists. */
export async function askUnlock(io: Io, prompts: Prompts, settings: Settings): Promise<Unlock> {
  if (settings.keyFile !== undefined) return { keyFile: await readKeyFile(io, settings.keyFile) };
  const given = await readGiven(io, prompts, settings.passphraseFile);
  return { passphrase: given ?? (await prompts.secret({ message: questions.passphrase })) };
}

/** For a store that is to be made. */
export async function askNewUnlock(io: Io, prompts: Prompts, settings: Settings): Promise<Unlock> {
  if (settings.keyFile !== undefined) return { keyFile: await readKeyFile(io, settings.keyFile) };
  return { passphrase: await askNewPassphrase(io, prompts, settings.passphraseFile) };
}

/**
 * A passphrase for something new, asked for twice unless it is in a file. A repetition that was mistyped starts over on
 * a terminal; elsewhere it is CliError `passphrases_differ`, exit 2.
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
  return readSecretFile({ path: file, what: questions.passphrase, prompts });
}
