import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync, spawnSync } from '../../../scripts/child-process.mjs';

/** Runs `use` with a temporary folder, and removes it. */
export async function inFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-ssh-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What ssh-keygen prints about a file with this content. The last argument before it is `-f`. */
export function sshKeygen(args: readonly string[], content: string | Uint8Array): Promise<string> {
  return inFolder((folder) => {
    const file = join(folder, 'file');
    writeFileSync(file, content);
    return execFileSync('ssh-keygen', [...args, '-f', file], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    });
  });
}

/** Whether ssh-keygen accepts a file with this content. */
export function sshKeygenAccepts(args: readonly string[], content: string | Uint8Array): Promise<boolean> {
  return inFolder((folder) => {
    const file = join(folder, 'file');
    writeFileSync(file, content);
    return spawnSync('ssh-keygen', [...args, '-f', file], { stdio: 'ignore' }).status === 0;
  });
}
