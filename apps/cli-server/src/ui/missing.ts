/** Records that a list lacks, in words. */
import type { Io } from '@countersign/terminal';
import { warn } from './voice.ts';

const NEXT = {
  event: 'countersign-server audit verify tells where the log has gaps.',
  record: 'countersign-server store check tells of each, and what to do.',
} as const;
export type ListedRecord = keyof typeof NEXT;

export function warnOfMissing(io: Io, count: number, what: ListedRecord): void {
  const which = count === 1 ? `1 ${what} cannot be read and is` : `${count} ${what}s cannot be read and are`;
  warn(io, `${which} not among these. ${NEXT[what]}`);
}
