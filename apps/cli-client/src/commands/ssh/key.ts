/** Keys to be certified: a new one that lives in memory and in the agent, or a public key of the user's own. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  ed25519PublicKey,
  issueCertificate,
  makeSerial,
  type PublicKey,
  parsePublicKey,
} from '@countersign/ssh-core';
import { decodeText, EXIT, problem, readAtMost, readable, sentence } from '@countersign/terminal';

/** More than the longest line of a key. */
const MOST_BYTES = 65_536;
/** The raw key at the end of both DER forms of an Ed25519 key (RFC 8410). */
const RAW_BYTES = 32;

/** A new key. The caller wipes `seed`. */
export interface NewKey {
  readonly publicKey: PublicKey;
  /** The private key of RFC 8032. */
  readonly seed: Uint8Array;
  readonly privateKey: KeyObject;
}

export function generateKey(): NewKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const rawPublic = publicKey.export({ type: 'spki', format: 'der' }).subarray(-RAW_BYTES);
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-RAW_BYTES);
  return { publicKey: ed25519PublicKey(Uint8Array.from(rawPublic)), seed, privateKey };
}

/** Returns a certificate that a key issues for itself. No host accepts it. */
export function selfIssued({ publicKey, privateKey }: NewKey, now: number): Promise<{ blob: Uint8Array }> {
  return issueCertificate({
    key: publicKey,
    serial: makeSerial({ time: now, randomBits: 0 }),
    keyId: 'countersign-trial',
    principals: ['none'],
    validAfter: now,
    validBefore: now + 1,
    extensions: [],
    authority: publicKey,
    sign: (message) => sign(null, message, privateKey),
  });
}

/** Reads a public key file. @throws {CliError} unreadable_file, key_refused */
export async function readPublicKey(path: string, signal: AbortSignal): Promise<PublicKey> {
  const bytes = await readable(path, readAtMost(path, MOST_BYTES, signal), signal);
  const text = bytes && decodeText(bytes);
  if (text === undefined) throw keyRefused(path, 'it is not the line of text that a .pub file has');
  try {
    return parsePublicKey(text);
  } catch (error) {
    if (isSshError(error)) throw keyRefused(path, error.message, error);
    throw error;
  }
}

/** An error of ssh-core. It never quotes its input. */
export function isSshError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'SshError';
}

function keyRefused(path: string, why: string, cause?: unknown): Error {
  // No full stop behind a command.
  const end = /: ssh-keygen [^:]*$/.test(why) ? '' : '.';
  const message = sentence`The key in ${path} cannot be certified: ${why}${end}`;
  return problem('key_refused', EXIT.refused, message, undefined, cause);
}
