import { type Backend, memoryBackend, openStore, type Store, StoreError } from '@countersign/secure-store';

/** A store in memory whose disk can be full for a while; `stored` gives all that lies in it, as it lies there. */
export async function openBreakableStore(): Promise<{
  store: Store;
  disk: { full: boolean };
  stored(): Promise<Buffer>;
}> {
  const memory = memoryBackend();
  const disk = { full: false };
  const backend: Backend = {
    name: memory.name,
    read: (key) => memory.read(key),
    scan: (range) => memory.scan(range),
    commit: (batch) =>
      disk.full ? Promise.reject(new StoreError('full', 'the disk is full')) : memory.commit(batch),
    close: () => memory.close(),
  };
  const store = await openStore({
    backend,
    passphrase: 'a passphrase for tests',
    create: 'if-empty',
    kdf: { m: 8, t: 1, p: 1 },
  });
  return {
    store,
    disk,
    async stored() {
      const rows: Uint8Array[] = [];
      for await (const { key, value } of memory.scan({ prefix: new Uint8Array() })) rows.push(key, value);
      return Buffer.concat(rows);
    },
  };
}
