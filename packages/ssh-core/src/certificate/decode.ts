/** Reads user certificates. Accepts what {@link issueCertificate} makes, and what other authorities make of that kind. */
import { expectBytes } from '../argument.ts';
import { SshError } from '../errors.ts';
import { isCertificateKind, keyKindOf, skipKeyFields } from '../keys/kind.ts';
import { decodeBlob, splitLine } from '../keys/line.ts';
import { decodePublicKey } from '../keys/public-key.ts';
import { Reader } from '../wire/reader.ts';
import { concat, string } from '../wire/writer.ts';
import {
  type Certificate,
  FOREVER,
  MAX_CERTIFICATE_BYTES,
  MAX_KEY_ID_BYTES,
  MAX_PRINCIPAL_BYTES,
  MAX_PRINCIPALS,
  USER,
} from './certificate.ts';
import { readOptions } from './option.ts';
import { readSignature } from './signature.ts';

const HOST = 2;

/**
 * Reads a certificate from a line as in a `-cert.pub` file. The comment is ignored.
 *
 * @throws {SshError} as {@link decodeCertificate}, and private_key and has_options
 */
export function parseCertificate(line: string): Certificate {
  const [name, text] = splitLine(line);
  if (!isCertificateKind(name)) throw new SshError('malformed', 'this is not a certificate');
  return decodeCertificate(decodeBlob(name, text));
}

/**
 * Reads the binary form of a certificate. The result shares no memory with `blob`. The signature is not
 * verified, only its form.
 *
 * @throws {SshError} malformed, also if it is never valid
 * @throws {SshError} too_long
 * @throws {SshError} unsupported_key or weak_key, for the user's or the authority's key
 * @throws {SshError} no_principals
 * @throws {SshError} unsupported for host certificates and SHA-1
 */
export function decodeCertificate(blob: Uint8Array): Certificate {
  expectBytes('blob', blob);
  if (blob.length > MAX_CERTIFICATE_BYTES)
    throw new SshError('too_long', `a certificate has at most ${MAX_CERTIFICATE_BYTES} bytes`);
  const bytes = Uint8Array.from(blob);
  const reader = new Reader(bytes, 'the certificate');

  const kind = keyKindOf(reader.text());
  if (kind === undefined) throw new SshError('unsupported_key', 'this kind of certificate is not supported');
  const nonce = reader.string();
  const fieldsStart = reader.position;
  skipKeyFields(kind, reader);
  const key = { kind, blob: concat([string(kind), bytes.subarray(fieldsStart, reader.position)]) };
  const serial = String(reader.uint64());
  expectUser(reader);
  const keyId = reader.text(MAX_KEY_ID_BYTES);
  const principals = readPrincipals(reader.inside('the list of principals'));
  const validAfter = readTime(reader);
  const validBefore = readTime(reader);
  if (validBefore <= validAfter) throw reader.malformed('is never valid');
  const criticalOptions = readOptions(reader.inside('the list of options'));
  const extensions = readOptions(reader.inside('the list of options'));
  if (reader.string().length > 0)
    throw new SshError('unsupported', 'the certificate uses a field that is reserved');
  const authority = decodePublicKey(reader.string());
  const signed = bytes.slice(0, reader.position);
  const signature = readSignature(reader.inside('the signature of the certificate'), authority);
  reader.end();

  return {
    key,
    serial,
    keyId,
    principals,
    validAfter,
    validBefore,
    criticalOptions,
    extensions,
    authority,
    nonce: Uint8Array.from(nonce),
    signed,
    signature,
    blob: bytes,
  };
}

function expectUser(reader: Reader): void {
  const type = reader.uint32();
  if (type === HOST) throw new SshError('unsupported', 'this is the certificate of a host, not of a user');
  if (type !== USER) throw reader.malformed('is neither for a user nor for a host');
}

function readPrincipals(reader: Reader): string[] {
  const principals: string[] = [];
  while (!reader.done) {
    const principal = reader.text(MAX_PRINCIPAL_BYTES);
    if (principal === '') throw reader.malformed('contains an empty name');
    if (principals.length === MAX_PRINCIPALS)
      throw new SshError('too_long', `a certificate has at most ${MAX_PRINCIPALS} principals`);
    principals.push(principal);
  }
  if (principals.length === 0) throw new SshError('no_principals', 'the certificate names no principals');
  return principals;
}

function readTime(reader: Reader): number {
  const time = reader.uint64();
  return time === FOREVER ? Number.POSITIVE_INFINITY : reader.safe(time);
}
