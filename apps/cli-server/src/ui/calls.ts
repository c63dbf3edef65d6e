/** Commands as they can be pasted into another terminal. */
import { callOf, type Io } from '@countersign/terminal';
import type { Settings } from '../settings.ts';

/** A command of this program for the store that is open now. */
export function serverCall(io: Io, { leadHere }: Settings, ...words: readonly string[]): string {
  return callOf(io, 'countersign-server', ...words, ...leadHere);
}

/** What a user types. */
export function clientCall(io: Io, ...words: readonly string[]): string {
  return callOf(io, 'countersign', ...words);
}
