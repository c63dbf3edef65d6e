/** What clients can make the server write into its log. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ServerEvent } from '../src/index.ts';
import { EventLog, type LogEntry } from '../src/log/index.ts';

function openLog() {
  const clock = { now: 1_800_000_000_000 };
  const written: LogEntry[] = [];
  const log = new EventLog(
    (entry) => written.push(entry),
    () => clock.now,
  );
  onTestFinished(() => log.close());
  return { clock, written, log };
}

function refused(source: string): ServerEvent {
  return { kind: 'refused', source, because: 'handshake_failed' };
}

describe('the log', () => {
  it('has two lines for ten thousand connections of one source that send seven bytes of rubbish', () => {
    const { clock, written, log } = openLog();
    for (let n = 0; n < 10_000; n += 1) {
      clock.now += 5;
      log.add(refused('192.0.2.1'));
    }
    log.close();
    expect(written).toHaveLength(2);
    const fields = { source: '192.0.2.1', because: 'handshake_failed' };
    expect(written[0]).toMatchObject({ level: 'info', name: 'refused', fields, repeats: undefined });
    expect(written[1]?.fields).toEqual({
      ...fields,
      count: 9999,
      since: '2027-01-15T08:00:00.010Z',
      until: '2027-01-15T08:00:50.000Z',
    });
    expect(written[1]).toMatchObject({
      event: refused('192.0.2.1'),
      repeats: { count: 9999, seconds: 49.99 },
    });
  });

  it('writes the first entry of each kind at once, and of each minute', () => {
    const { clock, written, log } = openLog();
    log.add(refused('192.0.2.1'));
    log.add(refused('192.0.2.2'));
    log.add(refused('192.0.2.1'));
    expect(written).toHaveLength(2);
    clock.now += 60_000;
    log.add(refused('192.0.2.1'));
    expect(written.map(({ repeats }) => repeats?.count)).toEqual([undefined, undefined, 1, undefined]);
    log.close();
    expect(written).toHaveLength(4);
  });

  it('counts names without an account together, whatever name was tried', () => {
    const { written, log } = openLog();
    for (const account of ['id1', 'id2', 'id3'])
      log.add({ kind: 'audited', event: { kind: 'login.failed', source: '192.0.2.1', account } });
    log.close();
    expect(written.map(({ fields }) => fields.account)).toEqual(['id1', undefined]);
    expect(written[1]?.fields.count).toBe(2);
  });

  it('is bounded in lines and in memory when every entry has a source of its own', () => {
    const { written, log } = openLog();
    for (let n = 0; n < 50_000; n += 1) log.add(refused(`2001:db8:${n.toString(16)}:0::/64`));
    log.close();
    expect(written).toHaveLength(1025);
    expect(written.at(-1)?.fields).toMatchObject({ source: 'others', count: 50_000 - 1024 });
  });
});
