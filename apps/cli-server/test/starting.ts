/** Starting the server in tests. */
import { memoryIo } from '@countersign/terminal/testing';
import { run } from '../src/run.ts';
import { Inside, PASSPHRASE, Program } from './program.ts';

export const ONCE = `${PASSPHRASE}\n`;

export const starting = (dir: string, ...args: string[]) => [
  ...['start', '--data-dir', dir, '--port', '0', '--json'],
  ...args,
];

/** The real program, for signals and for what two processes share. */
export function spawnStart(dir: string): Program {
  return new Program(starting(dir), { input: ONCE });
}

export function start(dir: string, input = ONCE, ...args: string[]): Inside {
  return new Inside(starting(dir, ...args), { input });
}

/** The same for a start that ends before anything listens. */
export async function tryTo(
  args: readonly string[],
  { input = ONCE, env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<{ exit: number; stderr: string }> {
  const { io, stderr } = memoryIo({ input, env });
  return { exit: await run(args, io), stderr: stderr() };
}
