/** Shared by the contracts of restoring and copying: filled stores, and back ends that die on the way. */
import type { Backend } from '../src/backend.ts';
import { memoryBackend, type Store } from '../src/index.ts';
import type { Place } from './backend-contract.ts';
import { account, accountsOf, CHEAP, PASSPHRASE } from './fixtures.ts';

export const kdf = CHEAP;
export const unlock = { passphrase: PASSPHRASE };
export const memoryPlace = (): Place => {
  const backend = memoryBackend();
  return { open: () => backend, dispose: async () => {} };
};

export const fill = async (store: Store, count: number): Promise<void> => {
  const accounts = accountsOf(store);
  await store.commit(
    Array.from({ length: count }, (_, i) => accounts.inserting(`user ${i}`, account(`user ${i}`, i))),
  );
};

export const backupOf = async (store: Store): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  await store.backup({ write: (chunk) => void chunks.push(chunk) });
  return new Uint8Array(Buffer.concat(chunks));
};

export const contents = async (store: Store): Promise<Record<string, number>> => {
  const found: Record<string, number> = {};
  for await (const { id, value } of accountsOf(store).entries()) found[id] = value.logins;
  return found;
};

export const rowsIn = async (backend: Backend): Promise<number> => {
  let rows = 0;
  for await (const _ of backend.scan({ prefix: new Uint8Array(0) })) rows += 1;
  return rows;
};

export function forwarded(backend: Backend): Backend {
  return {
    name: backend.name,
    read: (key) => backend.read(key),
    scan: (range) => backend.scan(range),
    commit: (batch) => backend.commit(batch),
    close: () => backend.close(),
  };
}

/** Performs this many commits, then stops working. */
export function dyingAfter(backend: Backend, commits: number): Backend {
  let left = commits;
  return {
    ...forwarded(backend),
    commit: async (batch) => {
      if (left === 0) throw new Error('cut');
      left -= 1;
      return await backend.commit(batch);
    },
  };
}

/** Fails only the commit with this number. */
export function dyingAt(backend: Backend, number: number): Backend {
  let commits = 0;
  return {
    ...forwarded(backend),
    commit: async (batch) => {
      commits += 1;
      if (commits === number) throw new Error('cut');
      return await backend.commit(batch);
    },
  };
}
