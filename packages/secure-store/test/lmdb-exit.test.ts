import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { spawn } from '../../../scripts/child-process.mjs';
import { lmdbBackend } from '../src/lmdb/backend.ts';

const program = fileURLToPath(new URL('programs/leave-in-a-commit.mjs', import.meta.url));

it.each([
  ['0', 'SIGKILL'],
  ['130', 'SIGINT'],
  ['143', 'SIGTERM'],
])(
  'a process that exits with %s in the middle of a commit ends, and others keep writing',
  async (code, end) => {
    const dir = mkdtempSync(join(tmpdir(), 'lmdb-exit-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const child = spawn(process.execPath, [program, dir, code], { stdio: 'inherit' });
    onTestFinished(() => void child.kill('SIGKILL'));
    expect(await once(child, 'exit')).toEqual([null, end]);

    const backend = lmdbBackend({ dir });
    const key = Uint8Array.of(1);
    const outcome = await backend.commit({ checks: [], writes: [{ key, value: key }], durable: true });
    expect(outcome).toEqual({ committed: true });
    await backend.close();
  },
);

it('a process that exits after its commits were acknowledged exits with its own code', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'lmdb-exit-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const child = spawn(process.execPath, [program, dir, '7', 'afterwards'], { stdio: 'inherit' });
  expect(await once(child, 'exit')).toEqual([7, null]);
});
