/** What opens the store: a key file, or the administrator's passphrase, from a file, from a line, or asked for. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Io, type Prompts, readSecretFile, warn, withTries } from '@countersign/terminal';
import { isCoded } from './coded-error.ts';
import { readKeyFile } from './key-file.ts';
import type { Settings } from './settings.ts';
import {
  badNewPassphrase,
  EMPTY_PASSPHRASE,
  newPassphraseProblem,
  passphrasesDiffer,
  questions,
  wrongPassphrase,
} from './ui/asking.ts';

/** For a store that exists. */
export async function askUnlock(io: Io, prompts: Prompts, settings: Settings): Promise<BytesUnlock> {
  if (settings.keyFile !== undefined) return { keyFile: await readKeyFile(io, settings.keyFile) };
  const given = await readGiven(io, prompts, settings.passphraseFile);
  const validate = (text: string) => (text === '' ? EMPTY_PASSPHRASE : undefined);
  const asked = () => prompts.secret({ message: questions.passphrase, validate });
  return { passphrase: bytesOf(given ?? (await asked())) };
}

/** To be called when a store is open: wipes what unlocked it. */
export function forget({ passphrase, keyFile }: BytesUnlock): void {
  passphrase?.fill(0);
  keyFile?.fill(0);
}

/** What opens the store, as bytes, which can be wiped: text stays in memory until it is written over by chance. */
export type BytesUnlock =
  | { readonly passphrase: Uint8Array; readonly keyFile?: undefined }
  | { readonly keyFile: Uint8Array; readonly passphrase?: undefined };

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** As the store turns text into bytes. */
function bytesOf(passphrase: string): Uint8Array {
  return new TextEncoder().encode(passphrase.normalize('NFC'));
}

/**
 * For a server: the store exists, and a script may give its passphrase twice, as at the first start. Rejects with CliError
 * `passphrases_differ`, exit 2, when another line than that has arrived.
 */
export async function askServerUnlock(io: Io, prompts: Prompts, settings: Settings): Promise<BytesUnlock> {
  const unlock = await askUnlock(io, prompts, settings);
  if (unlock.passphrase === undefined || !(await prompts.hasMore())) return unlock;
  const again = bytesOf(await prompts.secret({ message: questions.newPassphraseAgain }));
  const isSame = timingSafeEqual(sha256(again), sha256(unlock.passphrase));
  again.fill(0);
  if (!isSame) throw passphrasesDiffer();
  await prompts.done();
  return unlock;
}

/** Opens something with what `ask` gives; a person may mistype the passphrase. */
export function unlocking<T>(
  io: Io,
  prompts: Prompts,
  settings: Settings,
  { ask, open }: { ask: () => Promise<BytesUnlock>; open: (unlock: BytesUnlock) => Promise<T> },
): Promise<T> {
  return withTries(prompts, {
    isTyped: io.isTerminal && !comesFromFile(settings),
    async attempt() {
      const unlock = await ask();
      try {
        return await open(unlock);
      } catch (error) {
        forget(unlock);
        throw error;
      }
    },
    isWrong: (error) => isCoded(error) && error.code === 'wrong_passphrase',
    say: (left) => warn(io, wrongPassphrase(left)),
  });
}

/** Whether the secret comes from a file: it is not confirmed, and may have been meant for another store. */
export function comesFromFile({ keyFile, passphraseFile }: Settings): boolean {
  return keyFile !== undefined || (passphraseFile !== undefined && passphraseFile !== '-');
}

/** For a store that is to be made. */
export async function askNewUnlock(io: Io, prompts: Prompts, settings: Settings): Promise<BytesUnlock> {
  if (settings.keyFile !== undefined) return { keyFile: await readKeyFile(io, settings.keyFile) };
  return { passphrase: bytesOf(await askNewPassphrase(io, prompts, settings.passphraseFile)) };
}

/**
 * A passphrase for something new, as the last question: twice, unless it is in a file. A repetition that was mistyped
 * starts over on a terminal; elsewhere it is CliError `passphrases_differ`, exit 2.
 */
export async function askNewPassphrase(io: Io, prompts: Prompts, file: string | undefined): Promise<string> {
  const given = await readGiven(io, prompts, file);
  const problem = given === undefined ? undefined : newPassphraseProblem(given);
  if (problem !== undefined) throw badNewPassphrase(problem);
  const passphrase = given ?? (await askTwice(io, prompts));
  await prompts.done();
  return passphrase;
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

/** `undefined` when it is to be asked for: without a file, and with `-`, which means the same. */
async function readGiven(
  { signal }: Io,
  prompts: Prompts,
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined || file === '-') return undefined;
  return readSecretFile({ path: file, what: questions.passphrase, prompts, signal });
}
