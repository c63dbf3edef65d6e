import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Backend, isEmptyBackend, openStore } from '../src/index.ts';
import { lmdbBackend } from '../src/lmdb/backend.ts';
import { account, accountsOf, CHEAP, coded, PASSPHRASE, Stores } from './fixtures.ts';
import { lmdbPlace } from './lmdb-place.ts';

const passphrase = PASSPHRASE;
let dir: string;
let stores: Stores;
beforeEach(async () => {
  const place = await lmdbPlace();
  dir = place.dir;
  stores = new Stores(place);
  onTestFinished(() => stores.end());
});

/** How opening the directory ends. */
const opening = async (path = dir): Promise<unknown> => {
  const backend = lmdbBackend({ dir: path });
  try {
    const store = await openStore({ backend, passphrase });
    return await store.check();
  } catch (error) {
    return error;
  } finally {
    await backend.close();
  }
};

describe('a directory without a store', () => {
  it('is not modified by reading', async () => {
    expect(await opening()).toEqual(coded('not_a_store'));
    expect(existsSync(dir)).toBe(false);
    mkdirSync(dir);
    expect(await opening()).toEqual(coded('not_a_store'));
    expect(await isEmptyBackend(stores.backend())).toBe(true);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('is refused when it contains other files', async () => {
    mkdirSync(dir);
    writeFileSync(join(dir, 'letter.txt'), 'Dear Alice');
    await expect(stores.open()).rejects.toEqual(coded('not_a_store'));
    expect(existsSync(join(dir, 'data.mdb'))).toBe(false);
  });

  it('is refused when it is not a directory', async () => {
    writeFileSync(dir, 'a file');
    await expect(stores.open()).rejects.toEqual(coded('not_a_store'));
    expect(readFileSync(dir, 'utf8')).toBe('a file');
  });

  it('is created with its parents', async () => {
    const deep = join(dir, 'a', 'b');
    const store = await openStore({
      backend: lmdbBackend({ dir: deep }),
      passphrase,
      create: 'if-empty',
      kdf: CHEAP,
    });
    await store.close();
    expect(statSync(deep).mode & 0o777).toBe(0o700);
  });
});

describe('a data file', () => {
  it.each([
    ['text', Buffer.from('name,salt,vkey,secret\n'.repeat(1000))],
    ['zeros', Buffer.alloc(65_536)],
    ['one byte', Buffer.from('x')],
    ['noise', Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i * 31 + i * 7) & 255))],
  ])('of %s is refused instead of ending the process', async (_, content) => {
    mkdirSync(dir);
    writeFileSync(join(dir, 'data.mdb'), content);
    expect(await opening()).toEqual(coded('not_a_store'));
    await expect(stores.open()).rejects.toEqual(coded('not_a_store'));
  });

  it('of a later LMDB is refused', async () => {
    await (await stores.open()).close();
    const bytes = readFileSync(join(dir, 'data.mdb'));
    bytes.writeUInt32LE(3, 28);
    writeFileSync(join(dir, 'data.mdb'), bytes);
    expect(await opening()).toEqual(coded('newer_format'));
  });

  it('truncated at or near any page is damaged, or valid when nothing was lost', async () => {
    const store = await stores.open();
    const accounts = accountsOf(store);
    await store.commit(
      Array.from({ length: 120 }, (_, i) => accounts.inserting(`user ${i}`, account('x'.repeat(i * 40)))),
    );
    await store.close();
    const size = statSync(join(dir, 'data.mdb')).size;
    const whole = await opening();
    expect(whole).toMatchObject({ records: 120, bad: [] });
    let sound = 0;
    for (let page = 0; page * 4096 <= size; page += 1)
      for (const length of [page * 4096, page * 4096 + 200]) {
        const copy = join(dir, `cut-${length}`);
        cpSync(join(dir, 'data.mdb'), join(copy, 'data.mdb'));
        truncateSync(join(copy, 'data.mdb'), length);
        const outcome = await opening(copy);
        if (outcome instanceof Error)
          expect(outcome).toEqual(coded(length < 200 ? 'not_a_store' : 'damaged'));
        else {
          expect(outcome, `cut at ${length}`).toEqual(whole);
          sound += 1;
        }
      }
    expect(sound).toBeGreaterThan(0);
    expect(sound).toBeLessThan(10);
  });

  it('that lacks unused pages at its end is valid, though shorter than its header says', async () => {
    const key = (text: string) => new TextEncoder().encode(text);
    const put = async (backend: Backend, name: string, length: number) => {
      const write = { key: key(name), value: length < 0 ? undefined : new Uint8Array(length).fill(1) };
      await backend.commit({ checks: [], writes: [write], durable: true });
    };
    const backend = stores.backend();
    await put(backend, 'kept', 20_000);
    await put(backend, 'gone', 300_000);
    await put(backend, 'gone', -1);
    // The next write reuses free pages, so the file no longer reaches its recorded end.
    for (let i = 0; i < 8; i += 1) await put(backend, 'small', i);
    await backend.close();
    const data = join(dir, 'data.mdb');
    truncateSync(data, statSync(data).size - 40 * 4096);
    const again = stores.backend();
    expect(await again.read(key('kept'))).toHaveLength(20_000);
    expect(await again.read(key('gone'))).toBeUndefined();
    await put(again, 'more', 500_000);
    expect(await again.read(key('more'))).toHaveLength(500_000);
    expect(await again.read(key('kept'))).toHaveLength(20_000);
    await again.close();
    // Large records are stored in pages of their own; a missing one is detected as well.
    truncateSync(data, statSync(data).size - 40 * 4096);
    await expect(stores.backend().read(key('kept'))).rejects.toEqual(coded('damaged'));
  });
});

describe('closing', () => {
  it('ends a scan in progress', async () => {
    const store = await stores.open();
    const accounts = accountsOf(store);
    await store.commit(Array.from({ length: 20 }, (_, i) => accounts.inserting(`user ${i}`, account('x'))));
    const backend = stores.backend();
    const rows = backend.scan({ prefix: new Uint8Array(0) })[Symbol.asyncIterator]();
    await rows.next();
    await backend.close();
    await expect(rows.next()).rejects.toEqual(coded('closed'));
    await rows.return?.();
    expect(await accounts.get('user 3')).toBeDefined();
    const last = lmdbBackend({ dir })
      .scan({ prefix: new Uint8Array(0) })
      [Symbol.asyncIterator]();
    await last.next();
    await store.close();
    await expect(accounts.get('user 3')).rejects.toEqual(coded('closed'));
    expect((await last.next()).done).toBe(false);
    await last.return?.();
  });

  it('waits for commits in flight', async () => {
    const backend = lmdbBackend({ dir });
    const write = { key: Uint8Array.of(1), value: Uint8Array.of(2) };
    const committing = backend.commit({ checks: [], writes: [write], durable: true });
    await backend.close();
    expect(await committing).toEqual({ committed: true });
    expect(await stores.backend().read(Uint8Array.of(1))).toEqual(Uint8Array.of(2));
  });
});
