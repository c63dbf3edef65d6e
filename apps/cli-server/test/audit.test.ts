import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditHeadSchema, Journal, verifyAudit } from '@countersign/auth-server/audit';
import { describe, expect, it } from 'vitest';
import { addAccounts, administrate, damage, inStore, NOW } from './administrator.ts';
import { dataDir, folder } from './program.ts';

async function withEvents(): Promise<string> {
  const dir = await dataDir();
  await addAccounts(dir, { username: 'alice' }, { username: 'bobby' });
  await administrate(dir, ['user', 'disable', 'alice'], { now: NOW + 3600 });
  return dir;
}

describe('audit', () => {
  it('show prints events in words: the latest, of one user, since some time', async () => {
    const dir = await withEvents();
    const show = async (...args: string[]) =>
      (await administrate(dir, ['audit', 'show', ...args], { json: false, now: NOW + 3600 })).stdout;
    expect(await show()).toBe(
      [
        '2027-01-15 08:00:00 UTC  alice: registered',
        '2027-01-15 08:00:00 UTC  bobby: registered',
        '2027-01-15 09:00:00 UTC  alice: disabled by the administrator',
        '',
      ].join('\n'),
    );
    expect(await show('--last', '1')).toContain('09:00:00');
    expect((await show('--user', 'Alice')).trim().split('\n')).toHaveLength(2);
    expect((await show('--since', '30m')).trim().split('\n')).toHaveLength(1);
  });

  it('show and export print when gathered failures happened, and what was refused and why', async () => {
    const dir = await dataDir();
    await inStore(dir, async (store) => {
      let now = NOW * 1000;
      const journal = new Journal({
        store,
        clock: () => now,
        randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      });
      const alice = { username: 'alice', source: '192.0.2.1' };
      for (let n = 0; n < 3; n++) {
        journal.gather({ kind: 'login.failed', ...alice });
        now += 20_000;
      }
      now = (NOW + 41) * 1000;
      await journal.commit([], [{ kind: 'login.succeeded', ...alice }]);
      for (const account of ['one', 'two'])
        journal.gather({ kind: 'login.failed', account, source: '192.0.2.2' });
      const refused = (about: object, detail: string) =>
        journal.gather({ kind: 'attempt.refused', ...about, detail });
      refused(alice, 'disabled');
      refused(alice, 'code.perStep');
      refused({ source: '192.0.2.2' }, 'source.registrationsPerDay');
      refused({ source: '192.0.2.2' }, 'invitation_required');
      journal.gather({ kind: 'invite.failed', source: '192.0.2.2' });
      journal.gather({ kind: 'factor.failed', ...alice, detail: 'recovery' });
      now = (NOW + 61) * 1000;
      await journal.flush();
    });
    const { stdout } = await administrate(dir, ['audit', 'show'], { json: false });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual([
      '2027-01-15 08:00:00 UTC  alice: wrong password 3 times in 40 seconds from 192.0.2.1',
      '2027-01-15 08:00:41 UTC  alice: logged in from 192.0.2.1',
    ]);
    expect(
      lines
        .slice(2)
        .map((line) => line.slice(25))
        .sort(),
    ).toEqual([
      'alice: attempt refused from 192.0.2.1 (too many wrong codes in a row: limit code.perStep)',
      'alice: right password, login refused from 192.0.2.1 (the account is disabled)',
      'alice: wrong recovery code from 192.0.2.1',
      'attempt refused from 192.0.2.2 (too many registrations from there in a day: limit source.registrationsPerDay)',
      'invitation or reset code refused: unknown, used, expired or mistyped from 192.0.2.2',
      'registration refused from 192.0.2.2 (no invitation)',
      'unknown users: wrong password 2 times from 192.0.2.2',
    ]);
    const { json } = await administrate(dir, ['audit', 'export', '--since', '21s'], { now: NOW + 61 });
    expect(json[0]).toMatchObject({ kind: 'login.succeeded' });
    expect(json.find(({ kind }) => kind === 'login.failed')).toMatchObject({
      at: '2027-01-15T08:01:01.000Z',
      since: '2027-01-15T08:00:00.000Z',
      until: '2027-01-15T08:00:40.000Z',
    });
    const later = await administrate(dir, ['audit', 'export', '--since', '20s'], { now: NOW + 61 });
    expect(later.json.map(({ username, kind }) => [username, kind])).not.toContainEqual([
      'alice',
      'login.failed',
    ]);
  });

  it('export prints every event as one line of JSON, in the order in which they were written', async () => {
    const { json } = await administrate(await withEvents(), ['audit', 'export']);
    expect(json).toMatchObject([
      { kind: 'account.registered', username: 'alice', seq: 1, at: '2027-01-15T08:00:00.000Z' },
      { kind: 'account.registered', username: 'bobby', seq: 2 },
      { kind: 'admin.disabled', username: 'alice', seq: 1 },
    ]);
  });

  it('verify finds no problem in a complete log, and saves its heads', async () => {
    const dir = await withEvents();
    const file = join(folder(), 'heads.json');
    const saved = await administrate(dir, ['audit', 'verify', '--save-head', file], { json: false });
    expect(saved).toMatchObject({
      exit: 0,
      stdout:
        '3 events of 2 writers: complete and unchanged.\n' +
        'Accounts: 2 as in their latest event, 0 without an event to compare with.\n',
    });
    const { exit, json } = await administrate(dir, ['audit', 'verify', '--head', file]);
    expect(exit).toBe(0);
    expect(json).toMatchObject([{ event: 'audit', events: 3, problems: [] }]);
  });

  it('verify detects a tail that was cut off together with its head, with a saved head', async () => {
    const dir = await withEvents();
    const file = join(folder(), 'heads.json');
    await administrate(dir, ['audit', 'verify', '--save-head', file]);
    await inStore(dir, async (store) => {
      const heads = store.collection('audit-heads', auditHeadSchema);
      for await (const { id, value } of heads.entries()) {
        if (value.seq !== 1) continue;
        await store
          .collection('audit', {
            '~standard': { version: 1, vendor: 'test', validate: (given) => ({ value: given }) },
          })
          .remove(`${id}/1`);
        await heads.remove(id);
      }
    });
    expect((await administrate(dir, ['audit', 'verify'])).exit).toBe(0);
    const { exit, stdout } = await administrate(dir, ['audit', 'verify', '--head', file], { json: false });
    expect(exit).toBe(7);
    expect(stdout).toMatch(/\/1 {2}the log ends before this event, which is in a saved head\n$/);
  });

  it('a damaged event hides no other: verify reports it, show and export warn, all end with 7', async () => {
    const dir = await withEvents();
    await damage(dir, async (store) => {
      const { heads } = await verifyAudit(store);
      const writer = heads.find(({ seq }) => seq === 2)?.writer;
      await store
        .collection('audit', {
          '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
        })
        .update(`${writer}/1`, (record) => record);
    });
    const verified = await administrate(dir, ['audit', 'verify'], { json: false });
    expect(verified.exit).toBe(7);
    expect(verified.stdout).toMatch(
      /^record 02[0-9a-f]{72} {2}this record cannot be read\n[\w-]{12}\/1 {2}this event is missing\n$/,
    );
    expect((await administrate(dir, ['audit', 'verify'])).json).toMatchObject([
      { events: 2, problems: [{ kind: 'damaged' }, { kind: 'gap', seq: 1 }] },
    ]);
    for (const command of ['show', 'export']) {
      const { exit, json, stderr } = await administrate(dir, ['audit', command]);
      expect(exit).toBe(7);
      expect(json).toMatchObject([
        { kind: 'account.registered', username: 'bobby' },
        { kind: 'admin.disabled', username: 'alice' },
      ]);
      expect(stderr).toMatch(/^Warning: 1 event cannot be read and is missing here\./);
    }
  });

  it('verify refuses a file without heads with 2', async () => {
    const dir = await dataDir();
    const file = join(folder(), 'heads.json');
    for (const text of ['{}', 'heads']) {
      writeFileSync(file, text);
      expect((await administrate(dir, ['audit', 'verify', '--head', file])).exit).toBe(2);
    }
  });
});
