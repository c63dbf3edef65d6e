/** Records that a list lacks, in words. */
import { type Io, warn } from '@countersign/terminal';

const NEXT = {
  event: 'countersign-server audit verify tells where the log has gaps.',
  record: 'countersign-server store check tells of each, and what to do.',
  counter: 'countersign-server store check tells of each, and what to do.',
} as const;
export type ListedRecord = keyof typeof NEXT;

export function warnOfMissing(io: Io, count: number, what: ListedRecord): void {
  const which = count === 1 ? `1 ${what}` : `${count} ${what}s`;
  const lack =
    what === 'counter'
      ? 'of failed attempts cannot be read: somebody may have to wait who is not shown to'
      : `cannot be read and ${count === 1 ? 'is' : 'are'} not among these`;
  warn(io, `${which} ${lack}. ${NEXT[what]}`);
}
