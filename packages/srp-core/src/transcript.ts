/**
 * What both sides must agree on before either trusts the other, as one hash T. Every part is prefixed with
 * its length, and the label is used by no other protocol, so no two exchanges share a T:
 *
 *   T = SHA-256(label | user name as sent | suite | identity | salt | stretch | PAD(A) | PAD(B) | kind | binding)
 *
 * The channel binding (RFC 9266) defeats a relay: it terminates TLS on both sides, and the two connections
 * have different bindings.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { expectBytes, expectObject, expectText } from './argument.ts';
import { lengthPrefixed, utf8 } from './encoding.ts';
import { expectStretch, formatStretch, type Stretch } from './stretch.ts';
import { expectSuite, type Suite } from './suite.ts';
import { MAX_NAME_LENGTH, MAX_SALT_BYTES } from './verifier.ts';

/** What client and server know about an exchange besides A and B. Both must have the same values. */
export interface TranscriptContext {
  /** The user name as sent. */
  readonly username: string;
  readonly suite: Suite;
  /** The I of the verifier: the user name, except for renamed accounts. */
  readonly identity: string;
  readonly salt: Uint8Array;
  readonly stretch: Stretch;
  /** The `tls-exporter` channel binding: 32 bytes that only the two ends know (RFC 9266 §2). */
  readonly binding: Uint8Array;
}

const LABEL = utf8('countersign/1 srp-6a transcript');
/** The only kind of channel binding; part of the transcript. */
const BINDING_KIND = utf8('tls-exporter');
/** RFC 9266 §2 */
export const BINDING_BYTES = 32;

/**
 * Checks every field of a context.
 *
 * @throws {TypeError} for wrong types
 * @throws {RangeError} for values out of range
 * @throws {SrpError} stretch_refused
 */
export function expectContext(value: unknown): TranscriptContext {
  const context = expectObject('context', value);
  return {
    username: expectText('context.username', context.username, MAX_NAME_LENGTH),
    suite: expectSuite(context.suite),
    identity: expectText('context.identity', context.identity, MAX_NAME_LENGTH),
    salt: expectBytes('context.salt', context.salt, 1, MAX_SALT_BYTES),
    stretch: expectStretch(context.stretch),
    binding: expectBytes('context.binding', context.binding, BINDING_BYTES, BINDING_BYTES),
  };
}

/** Returns T, 32 bytes. `A` and `B` are padded. */
export function transcriptHash(context: TranscriptContext, A: Uint8Array, B: Uint8Array): Uint8Array {
  const { username, suite, identity, salt, stretch, binding } = context;
  return sha256(
    lengthPrefixed(
      LABEL,
      utf8(username),
      utf8(suite.name),
      utf8(identity),
      salt,
      utf8(formatStretch(stretch)),
      A,
      B,
      BINDING_KIND,
      binding,
    ),
  );
}
