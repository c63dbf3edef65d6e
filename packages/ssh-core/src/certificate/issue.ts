/**
 * Issues user certificates:
 *
 * 1. The content is checked and encoded, with a fresh nonce.
 * 2. The authority's private key stays with the caller, who signs the bytes.
 * 3. The result is read back with the strict reader, so nothing is issued that {@link decodeCertificate}
 *    refuses.
 */
import { randomBytes as hostRandomBytes } from '@noble/hashes/utils.js';
import { expectArray, expectBytes, expectInteger, expectObject, expectText } from '../argument.ts';
import { SshError } from '../errors.ts';
import { certificateKindOf } from '../keys/kind.ts';
import { expectKey } from '../keys/public-key.ts';
import { concat, string, uint32, uint64 } from '../wire/writer.ts';
import {
  type Certificate,
  type CertificateContent,
  FOREVER,
  MAX_KEY_ID_BYTES,
  MAX_PRINCIPAL_BYTES,
  MAX_PRINCIPALS,
  USER,
} from './certificate.ts';
import { decodeCertificate } from './decode.ts';
import { type CertificateOption, writeOptions } from './option.ts';
import { expectSerial } from './serial.ts';
import { ed25519Signature } from './signature.ts';

const NONCE_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** What to issue, and who signs. */
export interface CertificateRequest extends Omit<CertificateContent, 'criticalOptions' | 'extensions'> {
  /** In any order; none by default. */
  readonly criticalOptions?: readonly CertificateOption[];
  /** In any order; none by default, which permits commands but no terminal. */
  readonly extensions?: readonly CertificateOption[];
  /** Signs with the authority's private key: the 64 bytes of RFC 8032. */
  readonly sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** The source of the nonce, by default the host's `crypto.getRandomValues`. */
  readonly randomBytes?: (length: number) => Uint8Array;
}

/**
 * Returns a certificate signed by an Ed25519 authority.
 *
 * @param request `serial` from 1 to 2^64 − 1, since only numbered certificates can be revoked one by one
 * @throws {SshError} no_principals
 * @throws {SshError} too_long over 8,192 bytes
 * @throws {TypeError | RangeError} for values that a certificate cannot hold, and for a signature of another length
 */
export async function issueCertificate(request: CertificateRequest): Promise<Certificate> {
  expectObject('request', request);
  const { sign, randomBytes = hostRandomBytes } = request;
  expectSerial('serial', request.serial);
  if (typeof sign !== 'function') throw new TypeError('"sign" expected function');
  const signed = encodeSigned(request, expectBytes('randomBytes()', randomBytes(NONCE_BYTES), NONCE_BYTES));
  if (request.authority.kind !== 'ssh-ed25519')
    throw new TypeError('"authority" expected an ssh-ed25519 key');
  const signature = expectBytes('sign()', await sign(signed), SIGNATURE_BYTES);
  return decodeCertificate(concat([signed, string(ed25519Signature(signature))]));
}

/** Returns everything of a certificate before the signature. */
export function encodeSigned(
  { criticalOptions = [], extensions = [], ...content }: Omit<CertificateRequest, 'sign'>,
  nonce: Uint8Array,
): Uint8Array {
  const key = expectKey('key', content.key);
  const { validAfter, validBefore } = content;
  expectInteger('validAfter', validAfter, 0, Number.MAX_SAFE_INTEGER);
  if (validBefore !== Number.POSITIVE_INFINITY)
    expectInteger('validBefore', validBefore, validAfter + 1, Number.MAX_SAFE_INTEGER);
  return concat([
    string(certificateKindOf(key.kind)),
    string(nonce),
    // The fields of the key, without its name.
    key.blob.subarray(string(key.kind).length),
    uint64([expectSerial('serial', content.serial, 0n)]),
    uint32(USER),
    string(expectText('keyId', content.keyId, 0, MAX_KEY_ID_BYTES)),
    string(writePrincipals(content.principals)),
    uint64([BigInt(validAfter), validBefore === Number.POSITIVE_INFINITY ? FOREVER : BigInt(validBefore)]),
    string(writeOptions('criticalOptions', criticalOptions)),
    string(writeOptions('extensions', extensions)),
    string(''),
    string(expectKey('authority', content.authority).blob),
  ]);
}

function writePrincipals(principals: readonly string[]): Uint8Array {
  if (expectArray('principals', principals, MAX_PRINCIPALS).length === 0)
    throw new SshError('no_principals', 'a certificate needs at least one principal');
  return concat(
    principals.map((principal) => string(expectText('principals[]', principal, 1, MAX_PRINCIPAL_BYTES))),
  );
}
