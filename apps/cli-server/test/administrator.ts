import { join } from 'node:path';
import { Accounts } from '@countersign/auth-server/accounts';
import { Journal, keepServedKey } from '@countersign/auth-server/audit';
import { openStore, type Store } from '@countersign/secure-store';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { memoryIo } from '@countersign/terminal/testing';
import { keepAddress as keepPublic } from '../../../packages/auth-server/src/last-start.ts';
import { run } from '../src/run.ts';
import { PASSPHRASE } from './program.ts';

export const NOW = 1_800_000_000;
/** Returns seconds in the form that `--json` prints. */
export function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

export interface Done {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of standard output, parsed. */
  readonly json: readonly Record<string, unknown>[];
}

/** Runs a command of the program in this process, with the passphrase and then `lines` as standard input. */
export async function administrate(
  dir: string,
  args: readonly string[],
  { lines = [], json = true, passphrase = PASSPHRASE, now = NOW }: Options = {},
): Promise<Done> {
  const input = [...(passphrase === null ? [] : [passphrase]), ...lines].map((line) => `${line}\n`).join('');
  const io = memoryIo({ input, now: () => now * 1000, randomBytes });
  const exit = await run([...args, '--data-dir', dir, ...(json ? ['--json'] : [])], io.io);
  const stdout = io.stdout();
  return {
    exit,
    stdout,
    stderr: io.stderr(),
    json: json
      ? stdout
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line))
      : [],
  };
}

interface Options {
  readonly lines?: readonly string[];
  readonly json?: boolean;
  /** `null` where another option unlocks the store. */
  readonly passphrase?: string | null;
  /** Unix seconds. */
  readonly now?: number;
}

/** Works on the store directly, as another process would. */
export async function inStore<T>(dir: string, task: (store: Store) => Promise<T>): Promise<T> {
  const backend = lmdbBackend({ dir: join(dir, 'store') });
  const store = await openStore({ backend, passphrase: PASSPHRASE });
  try {
    return await task(store);
  } finally {
    await store.close();
  }
}

export const PUBLIC = 'login.example.org:443';
export const PIN = `sha256:${'A'.repeat(43)}`;

/** Stores what `start --public` stores for invitations. */
export function keepAddress(dir: string): Promise<void> {
  return inStore(dir, async (store) => {
    const journal = new Journal({ store, clock: () => NOW * 1000, randomBytes });
    await keepServedKey({ store, journal }, { pin: PIN, certificate: '', now: NOW });
    await keepPublic(store, PUBLIC);
  });
}

/** Flips a bit of the longest record that `change` writes, as someone with access to the disk could. */
export async function damage(dir: string, change: (store: Store) => Promise<unknown>): Promise<void> {
  const rows = async () => {
    const backend = lmdbBackend({ dir: join(dir, 'store') });
    const found: { key: Uint8Array; value: Uint8Array }[] = [];
    for await (const { key, value } of backend.scan({ prefix: Uint8Array.of(2) })) found.push({ key, value });
    await backend.close();
    return found;
  };
  const before = new Set((await rows()).map(({ value }) => String(value)));
  await inStore(dir, change);
  const written = (await rows()).filter(({ value }) => !before.has(String(value)));
  const [{ key, value } = { key: new Uint8Array(), value: new Uint8Array() }] = written.sort(
    (a, b) => b.value.length - a.value.length,
  );
  const backend = lmdbBackend({ dir: join(dir, 'store') });
  const damaged = value.with(-1, (value.at(-1) ?? 0) ^ 1);
  await backend.commit({ checks: [], writes: [{ key, value: damaged }], durable: true });
  await backend.close();
}

/** Accounts with random secrets, as registrations leave them. */
export async function addAccounts(
  dir: string,
  ...names: readonly {
    readonly username: string;
    readonly clockOffsets?: number[];
    readonly lastStep?: number;
  }[]
): Promise<void> {
  await inStore(dir, async (store) => {
    const journal = new Journal({ store, clock: () => NOW * 1000, randomBytes });
    const accounts = new Accounts({ store, journal, randomBytes });
    const text = (length: number) => Buffer.from(randomBytes(length)).toString('base64url');
    for (const { username, clockOffsets = [], lastStep = 0 } of names) {
      const account = accounts.newAccount({
        username,
        credential: {
          suite: '3072-sha256',
          identity: username,
          stretch: { name: 'argon2id', m: 65_536, t: 3, p: 4 },
          salt: text(16),
          verifier: text(384),
        },
        totp: { secret: text(20), algorithm: 'SHA1', digits: 6, period: 30, lastStep, weak: false },
        recovery: [],
        now: NOW - 86_400,
      });
      await accounts.insert({ ...account, clockOffsets }, { kind: 'account.registered', username });
    }
  });
}
