import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lmdbBackend } from '../src/lmdb.ts';
import { describeBackend, type Place } from './backend-contract.ts';

export async function lmdbPlace(): Promise<Place & { readonly dir: string }> {
  const parent = mkdtempSync(join(tmpdir(), 'countersign-lmdb-'));
  const dir = join(parent, 'store');
  return {
    dir,
    open: () => lmdbBackend({ dir }),
    dispose: async () => rmSync(parent, { recursive: true }),
  };
}

describeBackend('lmdb', lmdbPlace);
