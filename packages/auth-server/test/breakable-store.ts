import {
  type Backend,
  memoryBackend,
  openStore,
  type Put,
  type Store,
  StoreError,
} from '@countersign/secure-store';

interface Disk {
  full: boolean;
  /** How many records were read, and how many commits of each kind were tried. */
  reads: number;
  durable: number;
  lazy: number;
  /** Flips a bit of the last record that `change` writes. */
  damage(change: () => Promise<unknown>): Promise<void>;
  /** What another process does before a commit is made. */
  overtake?: (() => Promise<void>) | undefined;
}

/** A store in memory whose disk can be full or slow for a while; `stored` gives all that lies in it, as it lies there. */
export async function openBreakableStore(): Promise<{
  store: Store;
  disk: Disk;
  /** As another process, whose disk is always well. */
  openAgain(): Promise<Store>;
  stored(): Promise<Buffer>;
}> {
  const memory = memoryBackend();
  let written: Put | undefined;
  const disk: Disk = {
    full: false,
    reads: 0,
    durable: 0,
    lazy: 0,
    async damage(change) {
      await change();
      if (!written?.value) throw new Error('nothing was written');
      const { key, value } = written;
      const damaged = value.with(-1, (value.at(-1) ?? 0) ^ 1);
      await memory.commit({ checks: [], writes: [{ key, value: damaged }], durable: true });
    },
  };
  const backend: Backend = {
    name: memory.name,
    read(key) {
      disk.reads += 1;
      return memory.read(key);
    },
    scan: (range) => memory.scan(range),
    async commit(batch) {
      if (disk.full) throw new StoreError('full', 'the disk is full');
      await disk.overtake?.();
      if (batch.durable) disk.durable += 1;
      else disk.lazy += 1;
      written = batch.writes.at(-1);
      return memory.commit(batch);
    },
    close: () => memory.close(),
  };
  const open = (place: Backend) =>
    openStore({
      backend: place,
      passphrase: 'a passphrase for tests',
      create: 'if-empty',
      kdf: { m: 8, t: 1, p: 1 },
    });
  return {
    store: await open(backend),
    disk,
    openAgain: () => open(memory),
    async stored() {
      const rows: Uint8Array[] = [];
      for await (const { key, value } of memory.scan({ prefix: new Uint8Array() })) rows.push(key, value);
      return Buffer.concat(rows);
    },
  };
}
