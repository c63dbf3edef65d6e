import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../src/index.ts';

const folder = dirname(fileURLToPath(new URL('.', import.meta.url)));
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/```(\w*)\n(.*?)```/gs)].map(([, , block]) => block ?? '');

describe('the README', () => {
  it('shows a program that prints what it says', () => {
    const [program = '', command = '', output] = blocks;
    const place = mkdtempSync(join(folder, 'test', 'readme-'));
    try {
      writeFileSync(join(place, 'greet.js'), program);
      const path = `${dirname(process.execPath)}:${process.env.PATH}`;
      const env = { ...process.env, PATH: path };
      const run = spawnSync('sh', ['-c', command], { cwd: place, env, encoding: 'utf8' });
      expect(run).toMatchObject({ status: 0, stdout: output, stderr: 'Hello alice.\n' });
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });

  it('lists every exit code and no other', () => {
    const listed = [...readme.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, codes = '']) => codes.split(', '));
    expect(listed.map(Number).sort((a, b) => a - b)).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });
});
