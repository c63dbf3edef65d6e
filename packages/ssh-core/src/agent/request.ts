/**
 * Requests to an agent (RFC 9987), each complete with its length, to be written to the agent's socket. An
 * agent answers them one by one; `reply.ts` reads the answers.
 *
 * Keys are only ever added with a lifetime, after which the agent forgets them. Some agents refuse a lifetime
 * and would otherwise keep the key for good.
 */
import { expectBytes, expectInteger, expectObject, expectText } from '../argument.ts';
import { decodeCertificate } from '../certificate/decode.ts';
import { isCertificateKind } from '../keys/kind.ts';
import { decodePublicKey, type PublicKey } from '../keys/public-key.ts';
import { Reader } from '../wire/reader.ts';
import { string, uint8, uint32 } from '../wire/writer.ts';

/** Message numbers of requests and the number of the only constraint that is used (RFC 9987, "Message Numbers"). */
const REQUEST_IDENTITIES = 11;
const REMOVE_IDENTITY = 18;
const ADD_ID_CONSTRAINED = 25;
const CONSTRAIN_LIFETIME = 1;

const SEED_BYTES = 32;
const MAX_LIFETIME = 2 ** 32 - 1;
const MAX_COMMENT_BYTES = 1024;

/** Asks for the list of keys. A locked agent answers with an empty list. */
export function encodeListRequest(): Uint8Array {
  return string(uint8(REQUEST_IDENTITIES));
}

/** What to add to an agent. */
export interface AgentAddition {
  /** An Ed25519 key, or a certificate for one; the agent lists it under its `blob`. */
  readonly identity: { readonly blob: Uint8Array };
  /** The private key of RFC 8032, 32 bytes. */
  readonly seed: Uint8Array;
  /** What `ssh-add -l` shows, at most 1,024 bytes. */
  readonly comment: string;
  /** Seconds after which the agent removes it, at least 1. */
  readonly lifetime: number;
}

/**
 * Adds a private key with a public key or a certificate (RFC 9987 §5.2, §5.2.3). Adding the same identity
 * again replaces it.
 *
 * @returns the request, which contains the private key; the caller wipes it after writing
 * @throws {SshError} as `decodePublicKey` and `decodeCertificate`
 * @throws {TypeError} for a key that is not Ed25519
 */
export function encodeAddRequest(addition: AgentAddition): Uint8Array {
  expectObject('addition', addition);
  const { identity, seed, comment, lifetime } = addition;
  expectObject('identity', identity);
  const { name, key, certificate } = partsOf(expectBytes('identity.blob', identity.blob));
  if (key.kind !== 'ssh-ed25519')
    throw new TypeError('"identity" expected an Ed25519 key or its certificate');
  const publicBytes = key.blob.subarray(-SEED_BYTES);
  return string([
    uint8(ADD_ID_CONSTRAINED),
    string(name),
    ...certificate,
    string(publicBytes),
    // A string of both, written flat, so that the request is the only copy of the seed.
    uint32(2 * SEED_BYTES),
    expectBytes('seed', seed, SEED_BYTES),
    publicBytes,
    string(expectText('comment', comment, 0, MAX_COMMENT_BYTES)),
    uint8(CONSTRAIN_LIFETIME),
    uint32(expectInteger('lifetime', lifetime, 1, MAX_LIFETIME)),
  ]);
}

/** Removes a key or certificate with this `blob`. The answer is `failure` if the agent does not have it. */
export function encodeRemoveRequest(identity: { readonly blob: Uint8Array }): Uint8Array {
  expectObject('identity', identity);
  return string([uint8(REMOVE_IDENTITY), string(expectBytes('identity.blob', identity.blob))]);
}

/** The name at the start of a blob, the key in it, and for a certificate its encoded field. */
function partsOf(blob: Uint8Array): {
  name: string;
  key: PublicKey;
  certificate: readonly Uint8Array[];
} {
  const name = new Reader(blob, 'the identity').text();
  if (!isCertificateKind(name)) return { name, key: decodePublicKey(blob), certificate: [] };
  return { name, key: decodeCertificate(blob).key, certificate: [string(blob)] };
}
