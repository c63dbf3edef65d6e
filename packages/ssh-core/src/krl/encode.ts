/** Writes revocation lists. The same content has the same bytes, whatever the order of its numbers and keys. */
import { expectArray, expectInteger, expectObject, expectText } from '../argument.ts';
import { expectSerial } from '../certificate/serial.ts';
import { expectKey, type PublicKey } from '../keys/public-key.ts';
import { concat, string, uint8, uint32, uint64 } from '../wire/writer.ts';
import {
  FORMAT_VERSION,
  type Krl,
  MAGIC,
  MAX_COMMENT_BYTES,
  type RevokedCertificates,
  SECTION,
  SUBSECTION,
} from './krl.ts';

const MAX_AUTHORITIES = 256;
const MAX_KEYS = 10_000;
const MAX_SERIALS = 1_000_000;

/** What to revoke. */
export type KrlContent = Pick<Krl, 'version' | 'generatedAt'> &
  Partial<Pick<Krl, 'comment' | 'certificates' | 'keys'>>;

/**
 * Returns a revocation list in its binary form.
 *
 * @param content each authority at most once; one with nothing to revoke gets no section
 * @throws {SshError} as `decodePublicKey`, for a key made by hand
 */
export function encodeKrl({
  version,
  generatedAt,
  comment = '',
  certificates = [],
  keys = [],
}: KrlContent): Uint8Array {
  expectInteger('version', version, 0, Number.MAX_SAFE_INTEGER);
  expectInteger('generatedAt', generatedAt, 0, Number.MAX_SAFE_INTEGER);
  return concat([
    MAGIC,
    uint32(FORMAT_VERSION),
    uint64([BigInt(version), BigInt(generatedAt), 0n]),
    string(''),
    string(expectText('comment', comment, 0, MAX_COMMENT_BYTES)),
    ...writeCertificates(certificates),
    ...writeKeys(keys),
  ]);
}

/** Certificates sections (§2). */
function writeCertificates(certificates: readonly RevokedCertificates[]): Uint8Array[] {
  const seen = new Set<string>();
  return expectArray('certificates', certificates, MAX_AUTHORITIES).flatMap((section) => {
    expectObject('certificates[]', section);
    const { blob } = expectKey('certificates[].authority', section.authority);
    if (seen.has(String(blob))) throw new RangeError('"certificates" expected each authority once');
    seen.add(String(blob));
    const spans = spansOf(section);
    if (spans.length === 0) return [];
    return [uint8(SECTION.certificates), string([string(blob), string(''), writeSpans(spans)])];
  });
}

/** Serial numbers from `first` to `last`, both included. */
interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * Returns sorted spans without overlaps, whatever the order and the repetitions of the input. Neighbours stay
 * single numbers: a list of two is shorter than a range.
 */
function spansOf({ ranges, serials }: Omit<RevokedCertificates, 'authority'>): readonly Span[] {
  const spans: Span[] = expectArray('serials', serials, MAX_SERIALS).map((serial) => {
    const value = expectSerial('serials[]', serial);
    return { first: value, last: value };
  });
  for (const range of expectArray('ranges', ranges, MAX_SERIALS)) {
    expectObject('ranges[]', range);
    const first = expectSerial('ranges[].first', range.first);
    spans.push({ first, last: expectSerial('ranges[].last', range.last, first) });
  }
  spans.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));

  const disjoint: Span[] = [];
  for (const span of spans) {
    const before = disjoint.at(-1);
    if (before === undefined || span.first > before.last) disjoint.push(span);
    else if (span.last > before.last) disjoint[disjoint.length - 1] = { ...before, last: span.last };
  }
  return disjoint;
}

/** Writes spans as subsections (§2.1, §2.2): each run of single numbers is a list. */
function writeSpans(spans: readonly Span[]): Uint8Array {
  const sections: Uint8Array[] = [];
  let singles: bigint[] = [];
  const endList = () => {
    if (singles.length > 0) sections.push(uint8(SUBSECTION.serialList), string(uint64(singles)));
    singles = [];
  };
  for (const { first, last } of spans) {
    if (first === last) singles.push(first);
    else {
      endList();
      sections.push(uint8(SUBSECTION.serialRange), string(uint64([first, last])));
    }
  }
  endList();
  return concat(sections);
}

/** One explicit key section, sorted (§3). */
function writeKeys(keys: readonly PublicKey[]): Uint8Array[] {
  const blobs = expectArray('keys', keys, MAX_KEYS)
    .map((key) => expectKey('keys[]', key).blob)
    .sort(compareBytes)
    .filter((blob, at, all) => at === 0 || compareBytes(blob, all[at - 1] ?? blob) !== 0);
  return blobs.length === 0 ? [] : [uint8(SECTION.explicitKeys), string(blobs.map((blob) => string(blob)))];
}

/** The order of `memcmp`; a beginning comes before the whole. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
