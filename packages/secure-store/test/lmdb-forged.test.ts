/** LMDB data files with forged numbers inside pages, so that reading them crashes the process. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openStore, StoreError } from '../src/index.ts';
import { lmdbBackend } from '../src/lmdb/backend.ts';
import { account, accountsOf, CHEAP, coded, PASSPHRASE } from './fixtures.ts';
import { lmdbPlace } from './lmdb-place.ts';

const PAGE = 4096;
const LEAF = 2;
let dir: string;
beforeEach(async () => {
  const place = await lmdbPlace();
  onTestFinished(() => place.dispose());
  dir = place.dir;
  const store = await openStore({
    backend: place.open(),
    passphrase: PASSPHRASE,
    create: 'if-empty',
    kdf: CHEAP,
  });
  const accounts = accountsOf(store);
  await store.commit(Array.from({ length: 200 }, (_, i) => accounts.inserting(`user ${i}`, account('x', i))));
  await store.close();
});

/** Changes every leaf page of the file. */
function forge(change: (page: DataView, firstNode: number) => void): void {
  const path = join(dir, 'data.mdb');
  const file = new Uint8Array(readFileSync(path));
  for (let at = 2 * PAGE; at + PAGE <= file.length; at += PAGE) {
    const page = new DataView(file.buffer, at, PAGE);
    const isLeaf = page.getUint16(18, true) === LEAF && page.getUint16(20, true) > 0;
    if (isLeaf) change(page, 24 + page.getUint16(24, true));
  }
  writeFileSync(path, file);
}

async function open(): Promise<unknown> {
  const backend = lmdbBackend({ dir });
  try {
    const store = await openStore({ backend, passphrase: PASSPHRASE });
    return await store.check();
  } catch (error) {
    return error;
  } finally {
    await backend.close();
  }
}

describe('a forged data file', () => {
  it('with an enormous value is damaged, and does not crash the process', async () => {
    forge((page, node) => {
      page.setUint16(node, 0xffff, true);
      page.setUint16(node + 2, 0x7fff, true);
    });
    expect(await open()).toEqual(coded('damaged'));
  });

  it('with a value far outside the file is damaged, and does not crash the process', async () => {
    forge((page, node) => {
      page.setUint16(node + 4, 1, true);
      const value = node + 8 + page.getUint16(node + 6, true);
      page.setBigUint64(value, 2n ** 40n, true);
    });
    const found = await open();
    expect(found instanceof StoreError && ['damaged', 'backend_gone'].includes(found.code)).toBe(true);
  });

  it.each([0xfff0, 0x8000])('with nodes at the offset %i does not end the process', async (offset) => {
    forge((page) => {
      for (let i = 0; i < page.getUint16(20, true) / 2; i += 1) page.setUint16(24 + 2 * i, offset, true);
    });
    expect(await open()).toBeInstanceOf(StoreError);
  });

  it('that is intact opens as before', async () => {
    expect(await open()).toMatchObject({ bad: [] });
  });
});
