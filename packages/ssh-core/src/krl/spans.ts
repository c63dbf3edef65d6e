/** The serial numbers of one authority as sorted, disjoint spans: the one form in which they are written. */
import { expectArray, expectObject } from '../argument.ts';
import { expectSerial } from '../certificate/serial.ts';
import { concat, string, uint8, uint64, uint64s } from '../wire/writer.ts';
import { type RevokedCertificates, SUBSECTION } from './krl.ts';

interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

const MAX_SERIALS = 1_000_000;

/**
 * Returns sorted spans without overlaps, whatever the order and the repetitions of the input. Neighbours stay
 * single numbers: a list of two is shorter than a range.
 */
export function spansOf({ ranges, serials }: Omit<RevokedCertificates, 'authority'>): readonly Span[] {
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
export function writeSpans(spans: readonly Span[]): Uint8Array {
  const sections: Uint8Array[] = [];
  let singles: bigint[] = [];
  const endList = () => {
    if (singles.length > 0) sections.push(uint8(SUBSECTION.serialList), string(uint64s(singles)));
    singles = [];
  };
  for (const { first, last } of spans) {
    if (first === last) singles.push(first);
    else {
      endList();
      sections.push(uint8(SUBSECTION.serialRange), string(uint64(first, last)));
    }
  }
  endList();
  return concat(sections);
}
