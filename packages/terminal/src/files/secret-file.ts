/**
 * Reads secrets from files: passwords, passphrases, invitations, key files and private keys. `-` is standard input, and
 * a named pipe or a shell's `<(command)` works too.
 *
 * The same rule holds for all of them. The owner is root or the user of this process; group and others cannot write;
 * others cannot read; the group can read only if this process is a member of it, or if it is root's. (A credential of systemd
 * has an access list for one user, which the mode shows as the group root.) Links are followed, and the rule applies to the
 * file they point to. Anyone who can write the file could choose the secret.
 */
import { fstatSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { type CliError, usageError } from '../errors/cli-error.ts';
import { systemReason } from '../errors/system-reason.ts';
import { sentence } from '../output/sanitise.ts';
import { refuseInspector } from '../program/inspector.ts';
import type { Prompts, Question } from '../prompts/prompts.ts';
import { chunksOf, collect, decodeText, openToRead } from './whole-file.ts';

/** Largest secret text in bytes, line end included. */
const MAX_BYTES = 4096;

/** Where a secret is read from. */
export interface SecretFileOptions {
  /** `-` reads one line of standard input, or asks on a terminal. */
  readonly path: string;
  /** What it is, as in "the store's passphrase". */
  readonly what: string;
  /** What is wrong with a secret that is asked for; see `Question`. */
  readonly validate?: Question['validate'];
  readonly prompts: Prompts;
  /** Ends the wait for a pipe's writer. */
  readonly signal: AbortSignal;
}

/**
 * Reads a secret text without its line end.
 * @throws {CliError} secret_file_unreadable, secret_file_access (the rule above), secret_file_invalid (not a file or
 *   pipe, empty, too long, not text), all exit 2; the reason of `signal`; with `-` what a prompt throws
 */
export async function readSecretFile(options: SecretFileOptions): Promise<string> {
  const { path, what, validate, prompts, signal } = options;
  refuseInspector();
  if (path === '-') return prompts.secret({ message: what, validate });
  const bytes = await readSecretBytes(path, { most: MAX_BYTES, signal });
  try {
    return decode(bytes, path);
  } finally {
    bytes.fill(0);
  }
}

/**
 * Reads a whole secret file.
 * @param options.most bytes it may have
 * @throws {CliError} secret_file_unreadable, secret_file_access, secret_file_invalid (not a file or pipe, too long);
 *   the reason of `signal`
 */
export async function readSecretBytes(
  path: string,
  { most, signal }: { readonly most: number; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  refuseInspector();
  const inherited = inheritedPipe(path);
  if (inherited) return readSecretStream({ stdin: inherited, signal }, most, sentence`The pipe ${path}`);
  const file = await openToRead(path, signal).catch((cause: unknown) => {
    signal?.throwIfAborted();
    const message = sentence`The secret file ${path} cannot be opened: ${systemReason(cause)}.`;
    throw usageError('secret_file_unreadable', message, undefined, cause);
  });
  try {
    checkAccess(await file.stat(), path);
    return notTooLong(await collect(chunksOf(file, signal), most), most, sentence`The secret file ${path}`);
  } finally {
    file.close().catch(() => {});
  }
}

/**
 * Reads a whole secret from standard input, up to its end: nothing can be asked after it.
 * @throws {CliError} secret_file_invalid when it is longer than `most` bytes; the reason of `signal` after a signal
 */
export async function readSecretStream(
  { stdin, signal }: { readonly stdin: Readable; readonly signal?: AbortSignal | undefined },
  most: number,
  what = 'Standard input',
): Promise<Uint8Array> {
  refuseInspector();
  const reading = signal === undefined ? stdin : addAbortSignal(signal, stdin);
  const whole = await collect(reading, most).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
  return notTooLong(whole, most, what);
}

function notTooLong(bytes: Uint8Array | undefined, most: number, what: string): Uint8Array {
  if (bytes === undefined) throw invalid(`${what} is longer than ${most} bytes.`);
  return bytes;
}

/**
 * Returns the pipe or socket behind `/dev/fd/N`, which the parent process left open for this one. The descriptor itself is
 * read: opening the path fails for a socket, and for a pipe of a parent that has another user. The rule above is for names
 * that others can reach; a descriptor comes from the parent alone, like standard input.
 */
function inheritedPipe(path: string): Readable | undefined {
  const descriptor = Number(/^\/(?:dev|proc\/self)\/fd\/(\d{1,4})$/.exec(path)?.[1] ?? 0);
  if (descriptor <= 2) return undefined;
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFIFO() && !stat.isSocket()) return undefined;
  } catch {
    return undefined; // opening the path reports that it is not open
  }
  return new Socket({ fd: descriptor, readable: true, writable: false });
}

function checkAccess(stat: Stats, path: string): void {
  if (!stat.isFile() && !stat.isFIFO())
    throw invalid(sentence`${path} is not a file or a pipe.`, 'Use - for standard input.');
  const wrong = accessProblem(stat);
  if (wrong === undefined) return;
  const hint = 'Check its content, make yourself its owner, and run chmod 600 on it.';
  throw usageError('secret_file_access', sentence`The secret file ${path} is not private: ${wrong}.`, hint);
}

/**
 * Returns how the file breaks the rule above, in words, or `undefined`. Windows has no such modes.
 * @param self the user of this process; given by tests
 */
export function accessProblem(
  { uid, gid, mode }: Pick<Stats, 'uid' | 'gid' | 'mode'>,
  self = identity(),
): string | undefined {
  if (self === undefined) return undefined;
  if (uid !== 0 && uid !== self.user) return 'it belongs to another user';
  if (mode & 0o022) return 'users other than its owner can write it';
  if (mode & 0o004) return 'every user can read it';
  if (mode & 0o040 && gid !== 0 && !self.groups.includes(gid))
    return 'a group that this process is not in can read it';
  return undefined;
}

function identity(): { readonly user: number; readonly groups: readonly number[] } | undefined {
  const { geteuid, getegid, getgroups } = process;
  if (!geteuid || !getegid || !getgroups) return undefined;
  return { user: geteuid(), groups: [getegid(), ...getgroups()] };
}

function decode(bytes: Uint8Array, path: string): string {
  const text = decodeText(bytes);
  if (text === undefined) throw invalid(sentence`The secret file ${path} is not text in UTF-8 or UTF-16.`);
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw invalid(sentence`The secret file ${path} is empty.`);
  return secret;
}

function invalid(message: string, hint?: string): CliError {
  return usageError('secret_file_invalid', message, hint);
}
