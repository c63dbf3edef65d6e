/** `limits`: a file for `start --limits` to begin with, and what a file of one's own says in full. */
import { DEFAULT_LIMITS } from '@countersign/auth-server/limits';
import { EXIT, type ExitCode, type Io, printJson, printLine } from '@countersign/terminal';
import { readLimits } from '../limits-file.ts';
import type { Settings } from '../settings.ts';

export async function showLimits(io: Io, { json }: Settings, file: string | undefined): Promise<ExitCode> {
  const limits = file === undefined ? DEFAULT_LIMITS : await readLimits(file, io.signal);
  await (json ? printJson(io, { ...limits }) : printLine(io, JSON.stringify(limits, undefined, 2)));
  return EXIT.done;
}
