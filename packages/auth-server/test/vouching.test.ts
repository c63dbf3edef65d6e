/** Attacks on single records of accounts, by somebody who writes to the disk, and what `audit verify` says of them. */
import { randomBytes } from 'node:crypto';
import { type Backend, memoryBackend, openStore, type Store } from '@countersign/secure-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { Accounts } from '../src/accounts/accounts.ts';
import { Administration } from '../src/accounts/administration.ts';
import { Journal, verifyAudit } from '../src/audit/index.ts';
import { pruneAudit } from '../src/audit/prune.ts';
import { DEFAULT_LIMITS } from '../src/limits/index.ts';

const DAY = 24 * 60 * 60 * 1000;
const bytes = (length: number) => new Uint8Array(randomBytes(length));

let backend: Backend;
let store: Store;
let now: number;

beforeEach(async () => {
  now = 1_700_000_000_000;
  backend = memoryBackend();
  const kdf = { m: 8, t: 1, p: 1 };
  store = await openStore({ backend, passphrase: 'a passphrase', create: 'if-empty', kdf });
});

/** Each with writers of the log of its own, as another process would have. */
const administration = () =>
  new Administration({ store, limits: DEFAULT_LIMITS, clock: () => now, randomBytes: bytes });

async function register(username: string): Promise<void> {
  const journal = new Journal({ store, clock: () => now, randomBytes: bytes });
  const accounts = new Accounts({ store, journal, randomBytes: bytes });
  const account = accounts.newAccount({
    username,
    credential: { suite: 's', identity: username, stretch: { name: 'none' }, salt: '', verifier: '' },
    totp: { secret: '', algorithm: 'SHA1', digits: 6, period: 30, lastStep: 0, weak: false },
    recovery: [],
    now: now / 1000,
  });
  await accounts.insert(account, { kind: 'account.registered', username });
}

async function rows(): Promise<Map<string, { key: Uint8Array; value: Uint8Array }>> {
  const found = new Map<string, { key: Uint8Array; value: Uint8Array }>();
  for await (const row of backend.scan({ prefix: Uint8Array.of(2) })) found.set(String(row.key), row);
  return found;
}

/** Puts back each record that `change` replaces or removes, as it was before. */
async function putBack(change: () => Promise<unknown>): Promise<void> {
  const before = await rows();
  await change();
  const after = await rows();
  const writes = [...before].flatMap(([key, row]) =>
    String(after.get(key)?.value) === String(row.value) ? [] : [row],
  );
  await backend.commit({ checks: [], writes, durable: true });
}

const problemKinds = async () => (await verifyAudit(store)).problems.map(({ kind }) => kind);

describe('audit verify', () => {
  it('vouches for every account whose latest event contains its version', async () => {
    await register('alice');
    await register('bobby');
    await administration().disable('alice');
    await administration().enable('alice');
    const { problems, accounts } = await verifyAudit(store);
    expect(problems).toEqual([]);
    expect(accounts).toEqual({ vouched: 2, unvouched: 0 });
  });

  it('finds one old record put back: a disabled account that logs in again', async () => {
    await register('alice');
    await putBack(() => administration().disable('alice'));
    expect((await administration().show('alice')).state).toBe('active');
    expect((await verifyAudit(store)).problems).toEqual([{ kind: 'account_put_back', username: 'alice' }]);
  });

  it('finds the record that an account had under an earlier name', async () => {
    await register('alice');
    const admin = administration();
    await putBack(async () => admin.rename(await admin.find('alice'), 'ally'));
    expect((await verifyAudit(store)).problems).toEqual([{ kind: 'account_put_back', username: 'alice' }]);
  });

  it('finds it also after the account was changed as often as before', async () => {
    await register('alice');
    await putBack(() => administration().disable('alice'));
    await administration().unlock('alice');
    expect(await problemKinds()).toEqual(['account_put_back']);
    for (let i = 0; i < 3; i += 1) await administration().unlock('alice');
    expect(await problemKinds()).toEqual(['account_put_back']);
  });

  it('finds a removed account that was put back, and one that was deleted', async () => {
    await register('alice');
    await register('bobby');
    await putBack(async () => administration().remove(await administration().find('alice')));
    expect(await problemKinds()).toEqual(['account_put_back']);
    const before = await rows();
    await register('carol');
    const journalRows = await rows();
    const added = [...journalRows].filter(([key]) => !before.has(key));
    // The record of the account is the largest of the three new ones.
    const [, largest] = added.sort(([, a], [, b]) => b.value.length - a.value.length)[0] ?? [];
    if (largest === undefined) throw new Error('nothing was added');
    await backend.commit({ checks: [], writes: [{ key: largest.key, value: undefined }], durable: true });
    expect((await verifyAudit(store)).problems).toContainEqual({
      kind: 'account_missing',
      username: 'carol',
    });
  });

  it('does not mistake a name registered anew for its removed predecessor', async () => {
    await register('alice');
    await administration().remove(await administration().find('alice'));
    await register('alice');
    const { problems, accounts } = await verifyAudit(store);
    expect(problems).toEqual([]);
    expect(accounts).toEqual({ vouched: 1, unvouched: 0 });
  });

  it('goes on vouching for accounts whose events retention has removed', async () => {
    await register('alice');
    await register('bobby');
    await administration().disable('bobby');
    await administration().enable('bobby');
    for (let round = 0; round < 3; round += 1) {
      now += 400 * DAY;
      expect(await pruneAudit(store, now - 365 * DAY, { now })).toBeGreaterThan(0);
      const { problems, accounts } = await verifyAudit(store);
      expect(problems).toEqual([]);
      expect(accounts).toEqual({ vouched: 2, unvouched: 0 });
    }
    await putBack(() => administration().disable('bobby'));
    expect(await problemKinds()).toEqual(['account_put_back']);
    await administration().unlock('bobby');
    expect(await problemKinds()).toEqual(['account_put_back']);
    now += 400 * DAY;
    await pruneAudit(store, now - 365 * DAY, { now });
    expect((await verifyAudit(store)).accounts.vouched).toBeLessThanOrEqual(2);
  });

  it('keeps a record that was put back in sight when retention removes the events', async () => {
    await register('alice');
    await putBack(() => administration().disable('alice'));
    now += 400 * DAY;
    await pruneAudit(store, now - 365 * DAY, { now });
    expect(await problemKinds()).toEqual(['account_put_back']);
  });

  it('forgets removed accounts with their events', async () => {
    await register('alice');
    await administration().remove(await administration().find('alice'));
    now += 400 * DAY;
    await pruneAudit(store, now - 365 * DAY, { now });
    const { problems, accounts, events } = await verifyAudit(store);
    expect([problems, accounts, events]).toEqual([[], { vouched: 0, unvouched: 0 }, 0]);
  });

  it('counts the accounts that no event vouches for', async () => {
    await register('alice');
    const collection = store.collection(
      'accounts',
      (await import('../src/accounts/account.ts')).accountSchema,
    );
    await collection.update('alice', (account) => ({ ...account, created: 5 }));
    const { problems, accounts } = await verifyAudit(store);
    expect(problems).toEqual([]);
    expect(accounts).toEqual({ vouched: 0, unvouched: 1 });
  });
});
