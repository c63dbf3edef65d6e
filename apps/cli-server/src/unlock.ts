/** The secret that unlocks the store: a key file, or a passphrase that is read from a file or a line, or typed. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type PasswordProblem, prepareNewPassword } from '@countersign/srp-core';
import {
  askNewSecret,
  counted,
  type Io,
  type Prompts,
  readKeyFile,
  readSecretFile,
  usageError,
  warn,
  withTries,
} from '@countersign/terminal';
import { isCoded } from './explain.ts';
import type { Settings } from './settings.ts';

/** The secret as bytes, which can be wiped; text stays in memory until it is overwritten by chance. */
export type BytesUnlock =
  | { readonly passphrase: Uint8Array; readonly keyFile?: undefined }
  | { readonly keyFile: Uint8Array; readonly passphrase?: undefined };

const WHAT = "Administrator's passphrase";
const AGAIN = 'Repeat the passphrase';

/** Wipes the secret. To be called when the store is open. */
export function forget({ passphrase, keyFile }: BytesUnlock): void {
  passphrase?.fill(0);
  keyFile?.fill(0);
}

/** Asks for the secret of an existing store. */
export async function askUnlock(io: Io, prompts: Prompts, settings: Settings): Promise<BytesUnlock> {
  if (settings.keyFile !== undefined) return { keyFile: await readKeyFile(io, settings.keyFile) };
  const validate = (text: string) => (text === '' ? 'A passphrase has at least one character.' : undefined);
  const path = settings.passphraseFile ?? '-';
  const { signal } = io;
  return { passphrase: bytesOf(await readSecretFile({ path, what: WHAT, validate, prompts, signal })) };
}

/**
 * Asks for the secret of an existing store for a server. A script may give the passphrase twice, as at the first start.
 *
 * @throws {CliError} passphrases_differ when there is another line
 */
export async function askServerUnlock(io: Io, prompts: Prompts, settings: Settings): Promise<BytesUnlock> {
  const unlock = await askUnlock(io, prompts, settings);
  if (unlock.passphrase === undefined || !(await prompts.hasMore())) return unlock;
  const again = bytesOf(await prompts.secret({ message: AGAIN }));
  const isSame = timingSafeEqual(sha256(again), sha256(unlock.passphrase));
  again.fill(0);
  if (!isSame) throw passphrasesDiffer();
  await prompts.done();
  return unlock;
}

/** Asks for the secret of a store that is to be created. */
export async function askNewUnlock(io: Io, prompts: Prompts, settings: Settings): Promise<BytesUnlock> {
  if (settings.keyFile !== undefined) return { keyFile: await readKeyFile(io, settings.keyFile) };
  return { passphrase: bytesOf(await askNewPassphrase(io, prompts, settings.passphraseFile)) };
}

/** Opens something with the secret that `ask` returns. A person who mistypes the passphrase is asked again. */
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
    say: (left) => warn(io, `Wrong passphrase. ${counted(left, 'try', 'tries')} left.`),
  });
}

/** Whether the secret comes from a file: it is not confirmed, and may have been meant for another store. */
export function comesFromFile({ keyFile, passphraseFile }: Settings): boolean {
  return keyFile !== undefined || (passphraseFile !== undefined && passphraseFile !== '-');
}

/**
 * Asks for a new passphrase as the last question: twice, unless it comes from a file. A person who mistypes the repetition
 * starts over.
 *
 * @throws {CliError} bad_input, passphrases_differ
 */
export async function askNewPassphrase(io: Io, prompts: Prompts, file: string | undefined): Promise<string> {
  const isTyped = file === undefined || file === '-';
  const passphrase = isTyped
    ? await askNewSecret(io, prompts, {
        message: 'New passphrase, at least 8 characters',
        validate: newPassphraseProblem,
        again: AGAIN,
        differ: passphrasesDiffer,
      })
    : await readSecretFile({ path: file, what: WHAT, prompts, signal: io.signal });
  const problem = newPassphraseProblem(passphrase);
  if (problem !== undefined) throw usageError('bad_input', `The new passphrase is not allowed. ${problem}`);
  await prompts.done();
  return passphrase;
}

function passphrasesDiffer() {
  return usageError('passphrases_differ', 'The passphrases do not match. Nothing was changed.');
}

const PROBLEMS: Readonly<Record<PasswordProblem, string>> = {
  too_short: 'It must have at least 8 characters.',
  too_long: 'It must have at most 256 characters.',
  forbidden_character:
    'It contains a character that is invisible or hard to type again, such as a tab or a second line end.',
};

/** The rule is the one for users' passwords. */
function newPassphraseProblem(passphrase: string): string | undefined {
  const prepared = prepareNewPassword(passphrase);
  return prepared.ok ? undefined : PROBLEMS[prepared.problem];
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

/** As the store turns text into bytes. */
function bytesOf(passphrase: string): Uint8Array {
  return new TextEncoder().encode(passphrase.normalize('NFC'));
}
