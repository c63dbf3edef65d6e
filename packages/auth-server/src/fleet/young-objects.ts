/** Sizes the young generation of the heap for a process that serves logins. */
import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 grow the space for new objects to its full size at once: 16 MiB, twice, instead of doubling it step by step from
 * 1 MiB. A login creates many objects that live until its next message. In a small space they are copied again and again,
 * which took a sixth of the CPU time of a login. Call this when the process starts.
 */
export function makeRoomForYoungObjects(): void {
  setFlagsFromString('--semi-space-growth-factor=16');
}
