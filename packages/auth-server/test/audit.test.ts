import { type Backend, memoryBackend, openStore, type Store } from '@countersign/secure-store';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { recordId } from '../src/audit/event.ts';
import { Journal } from '../src/audit/journal.ts';
import { pruneAudit } from '../src/audit/prune.ts';
import { exportAudit, readAudit } from '../src/audit/read.ts';
import { StoredLog } from '../src/audit/stored-log.ts';
import { verifyAudit } from '../src/audit/verify.ts';
import { DEFAULT_LIMITS, limitsSchema } from '../src/limits/limits.ts';
import { openBreakableStore } from './breakable-store.ts';
import { accountOf, credentialOf, makeWorld, openTestStore, register, wrongCode } from './world.ts';

async function journalWith(count: number, given?: Store) {
  const store = given ?? (await openTestStore());
  const time = { now: 1_000_000 };
  const journal = new Journal({
    store,
    clock: () => time.now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  for (let n = 0; n < count; n++) {
    await journal.commit([], [{ kind: 'account.registered', username: `user${n}` }]);
    time.now += 1000;
  }
  return { store, journal, time };
}

describe('the audit log', () => {
  it('is whole after a hundred commits at once, without a gap', async () => {
    const { store, journal } = await journalWith(0);
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        journal.commit([], [{ kind: 'account.registered', username: `u${n}` }]),
      ),
    );
    const report = await verifyAudit(store);
    expect(report.problems).toEqual([]);
    expect(report.events).toBe(100);
    expect(report.heads.length).toBeLessThanOrEqual(8);
  });

  it('assigns no number to a commit that failed', async () => {
    const { store, journal } = await journalWith(1);
    const names = store.collection('names', z.string());
    await names.insert('alice', 'taken');
    await journal.commit([], [{ kind: 'account.registered' }]);
    const again = [names.inserting('alice', 'again')];
    await expect(journal.commit(again, [{ kind: 'account.removed' }])).rejects.toThrow();
    await journal.commit([], [{ kind: 'account.registered' }]);
    expect(await verifyAudit(store)).toMatchObject({ events: 3, problems: [] });
  });

  it('reports a change when it is committed, and each failure once', async () => {
    const heard: string[] = [];
    const journal = new Journal({
      store: await openTestStore(),
      clock: () => 1_000_000,
      randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      onEvent: ({ kind }) => heard.push(kind),
    });
    await journal.commit([], [{ kind: 'account.registered', username: 'alice' }]);
    journal.gather({ kind: 'login.failed', username: 'alice', source: '192.0.2.1' });
    journal.gather({ kind: 'login.failed', username: 'alice', source: '192.0.2.1' });
    await journal.flush();
    expect(heard).toEqual(['account.registered', 'login.failed', 'login.failed']);
  });

  it('shows an event taken out of the middle', async () => {
    const { store } = await journalWith(5);
    const { records } = new StoredLog(store);
    const [head] = (await verifyAudit(store)).heads;
    await records.remove(recordId(head?.writer ?? '', 3));
    expect((await verifyAudit(store)).problems).toEqual([{ kind: 'gap', writer: head?.writer, seq: 3 }]);
  });

  it('reports a damaged event as damage and a gap, and all others as they are', async () => {
    const { store, disk } = await openBreakableStore();
    const { journal } = await journalWith(5, store);
    const [head] = (await verifyAudit(store)).heads;
    await disk.damage(() =>
      new StoredLog(store).records.update(recordId(head?.writer ?? '', 3), (record) => record),
    );
    const [{ place } = { place: '' }] = (await store.check()).bad;
    expect(await verifyAudit(store)).toMatchObject({
      events: 4,
      problems: [
        { kind: 'damaged', place },
        { kind: 'gap', writer: head?.writer, seq: 3 },
      ],
    });
    await expect(readAudit(store)).rejects.toMatchObject({ code: 'damaged' });
    const places: string[] = [];
    const shown = await readAudit(store, { onUnreadable: (unreadable) => places.push(unreadable.place) });
    expect(shown.map(({ seq }) => seq)).toEqual([1, 2, 4, 5]);
    expect(places).toEqual([place]);
    await journal.commit([], [{ kind: 'account.removed' }]);
  });

  it('shows a damaged head', async () => {
    const { store, disk } = await openBreakableStore();
    await journalWith(2, store);
    const [head] = (await verifyAudit(store)).heads;
    await disk.damage(() => new StoredLog(store).heads.update(head?.writer ?? '', (value) => value));
    expect(await verifyAudit(store)).toMatchObject({
      events: 2,
      problems: [{ kind: 'damaged' }, { kind: 'no_head', writer: head?.writer }],
    });
  });

  it("shows two events that were put in each other's place by someone with the keys", async () => {
    const { store } = await journalWith(5);
    const { records } = new StoredLog(store);
    const writer = (await verifyAudit(store)).heads[0]?.writer ?? '';
    const [second, third] = [await records.get(recordId(writer, 2)), await records.get(recordId(writer, 3))];
    if (!second || !third) throw new Error('five events');
    await store.commit([records.replacing(second, third.value), records.replacing(third, second.value)]);
    expect((await verifyAudit(store)).problems).toEqual([{ kind: 'gap', writer, seq: 2 }]);
  });

  it('is whole when retention removes events, and another server starts, while it is verified', async () => {
    const inner = memoryBackend();
    let meanwhile: (() => Promise<unknown>) | undefined;
    const backend: Backend = {
      name: 'memory',
      async read(key) {
        const due = meanwhile;
        meanwhile = undefined;
        await due?.();
        return inner.read(key);
      },
      scan: (range) => inner.scan(range),
      commit: (batch) => inner.commit(batch),
      close: () => inner.close(),
    };
    const kdf = { m: 8, t: 1, p: 1 };
    const own = await openStore({ backend, passphrase: 'a passphrase', create: 'if-empty', kdf });
    const { store, journal, time } = await journalWith(200, own);
    const other = await journalWith(0, store);
    // The heads have been read by a scan when the first event is.
    meanwhile = async () => {
      await pruneAudit(store, time.now - 50_000, { now: time.now });
      await journal.commit([], [{ kind: 'server.stopped' }]);
      await other.journal.commit([], [{ kind: 'server.started' }]);
    };
    expect((await verifyAudit(store)).problems).toEqual([]);
    expect(await verifyAudit(store)).toMatchObject({ events: 52, problems: [] });
  });

  it('exports events in the order in which they were written, those of a lost head last', async () => {
    const { store, time } = await journalWith(2);
    const [lost] = (await verifyAudit(store)).heads;
    time.now += 10_000;
    const { journal } = await journalWith(3, store);
    await journal.commit([], [{ kind: 'server.stopped' }]);
    await new StoredLog(store).heads.remove(lost?.writer ?? '');
    const written: string[] = [];
    for await (const { username = 'server' } of exportAudit(store)) written.push(username);
    expect(written.slice(0, 4)).toEqual(['user0', 'user1', 'user2', 'server']);
    expect(written.slice(4).sort()).toEqual(['user0', 'user1']);
    expect(await readAudit(store, { last: 2 })).toMatchObject([
      { username: 'user2' },
      { kind: 'server.stopped' },
    ]);
  });

  it('forgets the events of other writers when one of the oldest is damaged', async () => {
    const { store, disk } = await openBreakableStore();
    await journalWith(3, store);
    const [head] = (await verifyAudit(store)).heads;
    await journalWith(4, store);
    await disk.damage(() =>
      new StoredLog(store).records.update(recordId(head?.writer ?? '', 1), (record) => record),
    );
    expect(await pruneAudit(store, 1_000_000_000, { now: 1_000_000_000 })).toBe(4);
    expect((await verifyAudit(store)).events).toBe(2);
  });

  it('shows an event that was written over by someone with the keys', async () => {
    const { store } = await journalWith(5);
    const { records } = new StoredLog(store);
    const [head] = (await verifyAudit(store)).heads;
    await records.update(recordId(head?.writer ?? '', 3), (record) => ({ ...record, username: 'mallory' }));
    expect((await verifyAudit(store)).problems).toEqual([{ kind: 'changed', writer: head?.writer, seq: 4 }]);
  });

  it('shows, against a kept head, a tail cut off together with its head', async () => {
    const { store } = await journalWith(3);
    const { heads, records } = new StoredLog(store);
    const before = (await verifyAudit(store)).heads;
    const [head] = before;
    if (!head) throw new Error('no head');
    const second = await records.get(recordId(head.writer, 3));
    await records.remove(recordId(head.writer, 3));
    await heads.update(head.writer, () => ({ ...head, seq: 2, hash: second?.value.previous ?? '' }));
    expect((await verifyAudit(store)).problems).toEqual([]);
    expect((await verifyAudit(store, before)).problems).toEqual([
      { kind: 'cut_off', writer: head.writer, seq: 3 },
    ]);
  });

  it('accepts a kept head that is older than the log', async () => {
    const { store, journal } = await journalWith(3);
    const before = (await verifyAudit(store)).heads;
    await journal.commit([], [{ kind: 'account.removed' }]);
    expect((await verifyAudit(store, before)).problems).toEqual([]);
  });

  it('forgets events that are older than retention allows, and is still intact', async () => {
    const { store, journal } = await journalWith(10);
    const before = (await verifyAudit(store)).heads;
    expect(await pruneAudit(store, 1_000_000 + 4000, { now: 1_000_000 + 4000 })).toBe(4);
    expect(await verifyAudit(store, before)).toMatchObject({ events: 6, problems: [] });
    await journal.commit([], [{ kind: 'account.removed' }]);
    expect(await verifyAudit(store)).toMatchObject({ events: 7, problems: [] });
  });

  it('gathers the failures of one source and minute, and names unknown users only by id', async () => {
    const world = await makeWorld();
    await register(world, 'alice');
    await world.connect().prove('alice', 'wrong');
    await world.connect().prove('hunter22', 'wrong');
    await world.connect().prove('hunter22', 'wrong');
    await world.services.journal.flush();
    const failed = (await readAudit(world.store)).filter(({ kind }) => kind === 'login.failed');
    expect(failed.map(({ username, count, source }) => ({ username, count, source }))).toEqual(
      expect.arrayContaining([
        { username: 'alice', count: 1, source: '192.0.2.1' },
        { username: undefined, count: 2, source: '192.0.2.1' },
      ]),
    );
    expect(JSON.stringify(failed)).not.toContain('hunter22');
  });

  it('records when the first and the last of the gathered failures happened, however late they are written', async () => {
    const { store, disk } = await openBreakableStore();
    const { journal, time } = await journalWith(0, store);
    time.now = 60_000;
    const failure = { kind: 'login.failed', username: 'alice', source: '192.0.2.1' } as const;
    journal.gather(failure);
    disk.full = true;
    await expect(journal.flush()).rejects.toMatchObject({ code: 'full' });
    disk.full = false;
    time.now += 50_000;
    journal.gather(failure);
    time.now += 40_000;
    await journal.commit([], [{ kind: 'server.stopped' }]);
    await journal.flush();
    expect(await readAudit(store)).toMatchObject([
      { ...failure, count: 2, since: 60_000, until: 110_000, at: 150_000 },
      { kind: 'server.stopped', at: 150_000 },
    ]);
    expect((await verifyAudit(store)).problems).toEqual([]);
    expect(await readAudit(store, { since: 110_001 })).toMatchObject([{ kind: 'server.stopped' }]);
  });

  it('names the limit on registrations that was reached', async () => {
    const source = { ...DEFAULT_LIMITS.source, registrationsPerDay: 1 };
    const network = { registrationsPerDay: 2 };
    const limits = { ...DEFAULT_LIMITS, source, network, registrationsPerDay: 1 };
    const world = await makeWorld({ limits });
    for (const [source, username] of [
      ['192.0.2.1', 'alice'],
      ['192.0.2.1', 'bobby'],
      ['192.0.2.2', 'carol'],
      ['192.0.2.3', 'david'],
    ] as const)
      await world
        .connect({ source })
        .ask({ type: 'register.start', username, ...credentialOf(username, 'x') });
    await register(world, 'ellen');
    const late = world.connect({ source: '203.0.113.1' });
    await late.ask({ type: 'register.start', username: 'frank', ...credentialOf('frank', 'x') });
    await world.services.journal.flush();
    const events = await readAudit(world.store);
    expect(events.filter(({ kind }) => kind === 'attempt.refused')).toMatchObject([
      { source: '192.0.2.1', detail: 'source.registrationsPerDay' },
      { source: '192.0.2.3', detail: 'network.registrationsPerDay' },
      { source: '203.0.113.1', detail: 'registrationsPerDay' },
    ]);
  });

  it('keeps the failures that could not be written until it can', async () => {
    const { store, disk } = await openBreakableStore();
    const world = await makeWorld({ store });
    const { journal } = world.services;
    const failure = { kind: 'login.failed', username: 'alice', source: '192.0.2.1' } as const;
    journal.gather(failure);
    disk.full = true;
    await expect(journal.flush()).rejects.toMatchObject({ code: 'full' });
    journal.gather(failure);
    disk.full = false;
    await journal.flush();
    expect(await readAudit(store)).toMatchObject([{ ...failure, count: 2 }]);
    expect((await verifyAudit(store)).problems).toEqual([]);
  });

  it('names the accounts of failures from before and after an outage of the store', async () => {
    const { store, disk } = await openBreakableStore();
    const { journal } = await journalWith(0, store);
    const fail = (account: string) => journal.gather({ kind: 'login.failed', account, source: '192.0.2.1' });
    fail('first');
    disk.full = true;
    const flushing = expect(journal.flush()).rejects.toMatchObject({ code: 'full' });
    fail('second');
    await flushing;
    disk.full = false;
    await journal.flush();
    expect(await readAudit(store)).toMatchObject([{ account: 'first second', count: 2 }]);
  });

  it('records the code that locked an account, and every attempt after it', async () => {
    const world = await makeWorld({ limits: limitsSchema.parse({ code: { lockAfter: 2 } }) });
    const user = await register(world, 'alice');
    const code = wrongCode(world, user.secret);
    for (let n = 0; n < 3; n++) {
      const peer = world.connect();
      await peer.prove('alice', user.password);
      await peer.ask({ type: 'totp.submit', code });
    }
    await world.services.journal.flush();
    const about = { username: 'alice', source: '192.0.2.1' };
    expect((await readAudit(world.store)).slice(1)).toMatchObject([
      { kind: 'factor.locked', ...about, detail: 'totp' },
      { kind: 'factor.failed', ...about, detail: 'totp', count: 2 },
      { kind: 'attempt.refused', ...about, detail: 'code.lockAfter', count: 1 },
    ]);
  });

  it('records attempts that were refused before they were judged', async () => {
    const source = { ...DEFAULT_LIMITS.source, startsPerMinute: 2 };
    const world = await makeWorld({ registration: 'closed', limits: { ...DEFAULT_LIMITS, source } });
    const registration = {
      type: 'register.start',
      username: 'alice',
      ...credentialOf('alice', 'x'),
    } as const;
    await world.connect().ask(registration);
    for (let n = 0; n < 4; n++) await world.connect().prove('apassword', 'open says me');
    await world.services.journal.flush();
    const events = await readAudit(world.store);
    const refused = events.filter(({ kind }) => kind === 'attempt.refused');
    expect(refused.map(({ detail, count, username }) => ({ detail, count, username }))).toEqual([
      { detail: 'registration_closed', count: 1, username: undefined },
      { detail: 'source.startsPerMinute', count: 2, username: undefined },
    ]);
  });

  it('records the right password of a disabled account', async () => {
    const world = await makeWorld();
    const user = await register(world, 'alice');
    const event = { kind: 'admin.disabled', username: 'alice' } as const;
    await world.services.accounts.administer(
      await accountOf(world, 'alice'),
      (account) => ({ ...account, disabled: true }),
      event,
    );
    await world.connect().prove('alice', user.password);
    await world.services.journal.flush();
    expect((await readAudit(world.store)).at(-1)).toMatchObject({
      kind: 'attempt.refused',
      detail: 'disabled',
    });
  });
});
