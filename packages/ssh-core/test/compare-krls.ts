import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFile } from '../../../scripts/child-process.mjs';
import { decodeKrl, encodeKrl } from '../src/index.ts';
import { randomKrls } from './random-krls.ts';
import { shownKrl } from './shown.ts';
import { inFolder } from './ssh-keygen.ts';

/** Compares random revocation lists with what `ssh-keygen -Q -l` shows of them, run by one shell. */
export async function compareKrls(
  count: number,
  seed: number,
): Promise<{ ours: string[]; theirs: string[] }> {
  const lists = randomKrls(count, seed).map(encodeKrl);
  const shown = await inFolder(async (folder) => {
    for (const [at, list] of lists.entries()) writeFileSync(join(folder, String(at)), list);
    const commands = lists.map((_, at) => `ssh-keygen -Q -l -f ${at}; echo =`);
    const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' };
    return execFile('sh', ['-ec', commands.join('\n')], { cwd: folder, env, maxBuffer: 1 << 28 });
  });
  // No line of ssh-keygen begins like this.
  const theirs = shown.stdout.split(/^=\n/m).slice(0, -1);
  return { ours: lists.map((list) => shownKrl(decodeKrl(list))), theirs };
}
