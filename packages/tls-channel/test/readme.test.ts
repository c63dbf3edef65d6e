import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** As a user of the package runs it: built, by its name, in a program of its own. */
it('runs the block of the README, which prints what it says', () => {
  const readme = readFileSync(join(folder, '../README.md'), 'utf8');
  const [program = '', output = ''] = [...readme.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text]) => text);
  const place = mkdtempSync(join(folder, 'readme-'));
  try {
    writeFileSync(join(place, 'block.mjs'), program);
    expect(execFileSync(process.execPath, [join(place, 'block.mjs')], { encoding: 'utf8' })).toBe(output);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
});
