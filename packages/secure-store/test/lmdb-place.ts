import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lmdbBackend } from '../src/lmdb/backend.ts';
import type { Place } from './backend-contract.ts';

/** A temporary directory, deleted with its contents. */
export async function lmdbPlace(): Promise<Place & { readonly dir: string }> {
  const parent = mkdtempSync(join(tmpdir(), 'countersign-lmdb-'));
  const dir = join(parent, 'store');
  return {
    dir,
    open: () => lmdbBackend({ dir }),
    dispose: async () => rmSync(parent, { recursive: true }),
  };
}
