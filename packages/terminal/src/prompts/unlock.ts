/** The secret that unlocks a store: a key file, or a passphrase that is read from a file or a line, or typed. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type CliError, usageError } from '../errors/cli-error.ts';
import { readKeyFile } from '../files/key-file.ts';
import { readSecretFile } from '../files/secret-file.ts';
import { warn } from '../output/output.ts';
import { counted } from '../output/words.ts';
import type { Io } from '../program/io.ts';
import { openPrompts } from './open-prompts.ts';
import type { Prompts } from './prompts.ts';
import { askNewSecret, withTries } from './tries.ts';

/** The secret as bytes, which can be wiped; text stays in memory until it is overwritten by chance. */
export type BytesUnlock =
  | { readonly passphrase: Uint8Array; readonly keyFile?: undefined }
  | { readonly keyFile: Uint8Array; readonly passphrase?: undefined };

/** Where the secret comes from. Without a file, a passphrase is a line of standard input, or typed. */
export interface UnlockSource {
  /** Used instead of a passphrase. */
  readonly keyFile?: string | undefined;
  /** `-` is standard input. */
  readonly passphraseFile?: string | undefined;
}

/** Returns what is wrong with a new passphrase, in words, or `undefined`. */
type Rule = (passphrase: string) => string | undefined;

const WHAT = "Administrator's passphrase";
const AGAIN = 'Repeat the passphrase';

/** Wipes the secret. */
export function forget({ passphrase, keyFile }: BytesUnlock): void {
  passphrase?.fill(0);
  keyFile?.fill(0);
}

/** Returns whether the secret comes from a file: it is not confirmed, and may have been meant for another store. */
export function comesFromFile({ keyFile, passphraseFile }: UnlockSource): boolean {
  return keyFile !== undefined || (passphraseFile !== undefined && passphraseFile !== '-');
}

/**
 * Asks for the secret of an existing store.
 *
 * @throws {CliError} as `readKeyFile`, `readSecretFile` and prompts do
 */
export async function askUnlock(io: Io, prompts: Prompts, source: UnlockSource): Promise<BytesUnlock> {
  if (source.keyFile !== undefined) return { keyFile: await readKeyFile(io, source.keyFile) };
  const validate = (text: string) => (text === '' ? 'A passphrase has at least one character.' : undefined);
  const path = source.passphraseFile ?? '-';
  const { signal } = io;
  return { passphrase: bytesOf(await readSecretFile({ path, what: WHAT, validate, prompts, signal })) };
}

/**
 * Asks for the secret of an existing store for a server. A script may give the passphrase twice, as at the first start.
 *
 * @throws {CliError} passphrases_differ when there is another line
 */
export async function askServerUnlock(io: Io, prompts: Prompts, source: UnlockSource): Promise<BytesUnlock> {
  const unlock = await askUnlock(io, prompts, source);
  if (unlock.passphrase === undefined) return unlock;
  try {
    if (!(await prompts.hasMore())) return unlock;
    const again = bytesOf(await prompts.secret({ message: AGAIN }));
    const isSame = timingSafeEqual(sha256(again), sha256(unlock.passphrase));
    again.fill(0);
    if (!isSame) throw passphrasesDiffer();
    await prompts.done();
    return unlock;
  } catch (error) {
    forget(unlock);
    throw error;
  }
}

/** Asks for the secret of a store that is to be created. */
export async function askNewUnlock(
  io: Io,
  prompts: Prompts,
  source: UnlockSource,
  problemOf: Rule,
): Promise<BytesUnlock> {
  if (source.keyFile !== undefined) return { keyFile: await readKeyFile(io, source.keyFile) };
  return { passphrase: bytesOf(await askNewPassphrase(io, prompts, source.passphraseFile, problemOf)) };
}

/**
 * Asks for a new passphrase as the last question: twice, unless it comes from a file. A person who mistypes the repetition
 * starts over.
 *
 * @throws {CliError} bad_input, passphrases_differ
 */
export async function askNewPassphrase(
  io: Io,
  prompts: Prompts,
  file: string | undefined,
  problemOf: Rule,
): Promise<string> {
  const isTyped = file === undefined || file === '-';
  const passphrase = isTyped
    ? await askNewSecret(io, prompts, {
        message: 'New passphrase, at least 8 characters',
        validate: problemOf,
        again: AGAIN,
        differ: passphrasesDiffer,
      })
    : await readSecretFile({ path: file, what: WHAT, prompts, signal: io.signal });
  const wrong = problemOf(passphrase);
  if (wrong !== undefined) throw usageError('bad_input', `The new passphrase is not allowed. ${wrong}`);
  await prompts.done();
  return passphrase;
}

/**
 * Opens something with the secret that `ask` returns, and wipes the secret. A person who mistypes the passphrase is asked
 * again.
 *
 * @param options `keep` leaves the right secret to the caller, who wipes it
 */
export function unlocking<T>(
  io: Io,
  prompts: Prompts,
  source: UnlockSource,
  {
    ask,
    open,
    keep = false,
  }: {
    readonly ask: () => Promise<BytesUnlock>;
    readonly open: (unlock: BytesUnlock) => Promise<T>;
    readonly keep?: boolean | undefined;
  },
): Promise<T> {
  return withTries(prompts, {
    isTyped: io.isTerminal && !comesFromFile(source),
    async attempt() {
      const unlock = await ask();
      let isKept = false;
      try {
        const opened = await open(unlock);
        isKept = keep;
        return opened;
      } finally {
        if (!isKept) forget(unlock);
      }
    },
    isWrong: (error) => error instanceof Error && 'code' in error && error.code === 'wrong_passphrase',
    say: (left) => warn(io, `Wrong passphrase. ${counted(left, 'try', 'tries')} left.`),
  });
}

/**
 * Asks for the secret, confirms once, and runs `work`, which must check the secret before it changes
 * anything. For secrets of other things than an open store, such as a backup.
 */
export async function withUnlock<T>(
  io: Io,
  source: UnlockSource,
  confirming: (prompts: Prompts) => Promise<void>,
  work: (unlock: BytesUnlock) => Promise<T>,
): Promise<T> {
  const prompts = openPrompts(io);
  let isConfirmed = false;
  const ask = async () => {
    const unlock = await askUnlock(io, prompts, source);
    try {
      if (!isConfirmed) await confirming(prompts);
    } catch (error) {
      forget(unlock);
      throw error;
    }
    isConfirmed = true;
    return unlock;
  };
  try {
    return await unlocking(io, prompts, source, { ask, open: work });
  } finally {
    prompts.close();
  }
}

function passphrasesDiffer(): CliError {
  return usageError('passphrases_differ', 'The passphrases do not match. Nothing was changed.');
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** As stores turn text into bytes. */
function bytesOf(passphrase: string): Uint8Array {
  return new TextEncoder().encode(passphrase.normalize('NFC'));
}
