/** Runs the programs of `examples/` as a user does: with Node, against the built packages. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFile } from '../child-process.mjs';

export const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

/** Returns the standard output of an example. */
export async function outputOf(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await execFile(process.execPath, [join(EXAMPLES, name), ...args]);
  return stdout;
}

/** Prepares a folder in which the packages resolve. */
export function prepareFolder(folder: string): void {
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
}
