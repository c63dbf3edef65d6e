/** Records that a list lacks, in words. */
import { type Io, warn } from '@countersign/terminal';

const NEXT = {
  event: 'countersign-server audit verify shows where the log has gaps.',
  record: 'countersign-server store check lists them and says what to do.',
  counter: 'countersign-server store check lists them and says what to do.',
} as const;
export type ListedRecord = keyof typeof NEXT;

export function warnOfMissing(io: Io, count: number, what: ListedRecord): void {
  const which = count === 1 ? `1 ${what}` : `${count} ${what}s`;
  const lack =
    what === 'counter'
      ? 'of failed attempts cannot be read: this list may lack someone who has to wait'
      : `cannot be read and ${count === 1 ? 'is' : 'are'} not among these`;
  warn(io, `${which} ${lack}. ${NEXT[what]}`);
}
