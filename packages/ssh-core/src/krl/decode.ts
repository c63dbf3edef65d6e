/**
 * Reads revocation lists in the form in which {@link encodeKrl} writes them, which is also that of
 * `ssh-keygen -k` for keys, ranges and numbers far apart. What it does not understand it refuses: a reader
 * that skipped a section would report too little as revoked.
 */
import { expectBytes } from '../argument.ts';
import { SshError } from '../errors.ts';
import { decodePublicKey, type PublicKey } from '../keys/public-key.ts';
import { Reader } from '../wire/reader.ts';
import { compareBytes, encodeKrl } from './encode.ts';
import {
  FORMAT_VERSION,
  type Krl,
  MAGIC,
  MAX_COMMENT_BYTES,
  MAX_KRL_BYTES,
  type RevokedCertificates,
  SECTION,
  type SerialRange,
  SUBSECTION,
} from './krl.ts';

/**
 * Reads a revocation list in its binary form.
 *
 * @throws {SshError} malformed, also for an empty file, which `sshd` takes for a list that revokes nothing
 * @throws {SshError} too_long
 * @throws {SshError} unsupported for other sections, and for a section that applies to all authorities
 * @throws {SshError} unsupported_key or weak_key
 */
export function decodeKrl(bytes: Uint8Array): Krl {
  expectBytes('bytes', bytes);
  if (bytes.length > MAX_KRL_BYTES)
    throw new SshError('too_long', `a revocation list has at most ${MAX_KRL_BYTES} bytes`);
  if (compareBytes(bytes.subarray(0, MAGIC.length), MAGIC) !== 0)
    throw new SshError('malformed', 'this is not a revocation list');
  const reader = new Reader(bytes.subarray(MAGIC.length), 'the revocation list');
  if (reader.uint32() !== FORMAT_VERSION) throw unsupported('has a newer version of the format');
  const version = reader.safe(reader.uint64());
  const generatedAt = reader.safe(reader.uint64());
  if (reader.uint64() !== 0n || reader.string().length > 0)
    throw unsupported('uses a field that is reserved');
  const comment = reader.text(MAX_COMMENT_BYTES);

  const certificates: RevokedCertificates[] = [];
  const keys: PublicKey[] = [];
  while (!reader.done) {
    const type = reader.uint8();
    const section = reader.inside('a section of the revocation list');
    if (type === SECTION.certificates) certificates.push(readCertificates(section));
    else if (type === SECTION.explicitKeys)
      while (!section.done) keys.push(decodePublicKey(section.string()));
    else throw unsupported('has a section of another type');
  }
  if (new Set(certificates.map(({ authority }) => String(authority.blob))).size < certificates.length)
    throw reader.malformed('names an authority twice');
  const krl = { version, generatedAt, comment, certificates, keys };
  // Sorted, without overlaps, empty sections and bytes behind a range.
  if (compareBytes(encodeKrl(krl), bytes) !== 0) throw reader.malformed('is not in its canonical form');
  return krl;
}

function readCertificates(section: Reader): RevokedCertificates {
  const blob = section.string();
  if (blob.length === 0) throw unsupported('has a section that revokes certificates of all authorities');
  const authority = decodePublicKey(blob);
  if (section.string().length > 0) throw unsupported('uses a field that is reserved');
  const ranges: SerialRange[] = [];
  const serials: string[] = [];
  while (!section.done) {
    const type = section.uint8();
    const content = section.inside('a section of the revocation list');
    if (type === SUBSECTION.serialList) while (!content.done) serials.push(String(readSerial(content, 1n)));
    else if (type === SUBSECTION.serialRange) {
      const first = readSerial(content, 1n);
      ranges.push({ first: String(first), last: String(readSerial(content, first)) });
    } else throw unsupported('has a section of another type');
  }
  return { authority, ranges, serials };
}

/** Serial number 0 means that there is none, and OpenSSH refuses it in a list. */
function readSerial(reader: Reader, min: bigint): bigint {
  const serial = reader.uint64();
  if (serial < min) throw reader.malformed('contains a serial number out of range');
  return serial;
}

function unsupported(problem: string): SshError {
  return new SshError('unsupported', `the revocation list ${problem}`);
}
