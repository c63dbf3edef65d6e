/** Stretches passwords without blocking the event loop: in other threads, or in slices with pauses. */

import { Argon2Error, argon2id } from '@countersign/argon2id';
import { sha1 } from '@noble/hashes/legacy.js';
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { expectBytes, expectObject } from '../argument.ts';
import { copyOf, utf8 } from '../encoding.ts';
import { SrpError } from '../errors.ts';
import { nativePbkdf2, nativeScrypt } from '../platform.ts';
import { MAX_PASSWORD_BYTES, MAX_SALT_BYTES } from '../verifier.ts';
import { expectStretch, type Stretch } from './stretch.ts';

/** The longest time that the event loop may be blocked, in milliseconds. */
const SLICE = 10;
/** The limit of RFC 9106 §3.1 and of both implementations. */
const MIN_SALT_BYTES = 8;

/**
 * Returns P′ = stretch(P, s): 32 bytes, or the password itself for `none`. Rejects with the signal's reason
 * as soon as it aborts. That also stops the work, unless the host does it in its thread pool; then the result
 * is discarded.
 *
 * @throws {SrpError} stretch_refused above the ceiling
 * @throws {SrpError} self_test_failed
 */
export async function stretchPassword(options: {
  readonly password: Uint8Array;
  readonly salt: Uint8Array;
  readonly stretch: Stretch;
  readonly signal?: AbortSignal | undefined;
}): Promise<Uint8Array> {
  expectObject('options', options);
  const password = expectBytes('password', options.password, 0, MAX_PASSWORD_BYTES);
  const stretch = expectStretch(options.stretch);
  const salt = expectBytes(
    'salt',
    options.salt,
    stretch.name === 'none' ? 0 : MIN_SALT_BYTES,
    MAX_SALT_BYTES,
  );
  options.signal?.throwIfAborted();
  if (stretch.name === 'none') return copyOf(password);
  await proveOnce(stretch.name);
  options.signal?.throwIfAborted();
  return compute(password, salt, stretch, options.signal);
}

type Computed = Exclude<Stretch, { name: 'none' }>;

function compute(
  password: Uint8Array,
  salt: Uint8Array,
  stretch: Computed,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const slices = { dkLen: 32, asyncTick: SLICE, onProgress: () => signal?.throwIfAborted() };
  switch (stretch.name) {
    case 'argon2id': {
      const { name: _, ...cost } = stretch;
      return argon2id({ password, salt, cost, signal }).catch(asSrpError);
    }
    case 'scrypt': {
      const { N, r, p } = stretch;
      if (nativeScrypt) return orAborted(nativeScrypt(password, salt, stretch), signal);
      return scryptAsync(password, salt, { N, r, p, maxmem: 2 ** 30, ...slices });
    }
    case 'pbkdf2': {
      const { hash, iterations: c } = stretch;
      if (nativePbkdf2) return orAborted(nativePbkdf2(password, salt, stretch), signal);
      return orAborted(
        pbkdf2Async(PBKDF2_HASHES[hash], password, salt, { c, dkLen: 32, asyncTick: SLICE }),
        signal,
      );
    }
  }
}

const PBKDF2_HASHES = { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-512': sha512 } as const;

function asSrpError(error: unknown): never {
  if (error instanceof Argon2Error) throw new SrpError(error.code, error.message, { cause: error });
  throw error;
}

/**
 * A cheap known answer for each algorithm, for the password `password` and the salt `saltsalt`. Argon2id
 * tests itself.
 */
const KNOWN: readonly { readonly stretch: Computed; readonly answer: string }[] = [
  {
    stretch: { name: 'scrypt', N: 16, r: 8, p: 1 },
    answer: 'c5d9b820cc8f02979643ee4088f570d8bdce0a70383819e7c1618857638ce7ea',
  },
  {
    stretch: { name: 'pbkdf2', hash: 'SHA-256', iterations: 2 },
    answer: '8f45ebd930d419bd84c40a8713d738dc5d5be95b663751de873588f70910a6c4',
  },
  {
    stretch: { name: 'pbkdf2', hash: 'SHA-1', iterations: 2 },
    answer: '59d86eb82797eb0fa6622ca84d20093d1217870bf9e7b603c3bcae375c310792',
  },
  {
    stretch: { name: 'pbkdf2', hash: 'SHA-512', iterations: 2 },
    answer: '2d1059f379348cbabab4ba06d4d4e0238d169da9e7d97c25aa3881fdba7ca300',
  },
];

const proven = new Map<Computed['name'], Promise<void>>();

/** Tests an algorithm before its first use: one that computes wrongly would lock every user out for good. */
function proveOnce(name: Computed['name']): Promise<void> {
  const proof = proven.get(name) ?? prove(name);
  proven.set(name, proof);
  return proof;
}

async function prove(name: Computed['name']): Promise<void> {
  for (const { stretch, answer } of KNOWN) {
    if (stretch.name !== name) continue;
    const stretched = await compute(utf8('password'), utf8('saltsalt'), stretch, undefined);
    if (bytesToHex(stretched) !== answer)
      throw new SrpError('self_test_failed', `${name} computes a wrong answer on this host`);
  }
}

/**
 * Returns the result of the work, or rejects with the signal's reason if it aborts first. Work that cannot be
 * stopped finishes unnoticed.
 */
function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
