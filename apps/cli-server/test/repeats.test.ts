/** What clients can make the server write into its log. */
import { describe, expect, it } from 'vitest';
import { type Entry, Repeats } from '../src/serving/repeats.ts';

function openRepeats() {
  const clock = { now: 1_800_000_000_000 };
  const written: Entry[] = [];
  const repeats = new Repeats(
    (entry) => written.push(entry),
    () => clock.now,
  );
  return { clock, written, repeats };
}

function refused(source: string): Entry {
  const words = `connection from ${source} refused: no TLS 1.3 was agreed`;
  return { level: 'info', name: 'refused', fields: { source, because: 'handshake_failed' }, words };
}

describe('the log', () => {
  it('has two lines for ten thousand connections of one source that send seven bytes of rubbish', () => {
    const { clock, written, repeats } = openRepeats();
    for (let n = 0; n < 10_000; n += 1) {
      clock.now += 5;
      repeats.add(refused('192.0.2.1'));
    }
    repeats.flush();
    expect(written).toHaveLength(2);
    expect(written[0]).toEqual(refused('192.0.2.1'));
    expect(written[1]?.fields).toEqual({
      source: '192.0.2.1',
      because: 'handshake_failed',
      count: 9999,
      since: '2027-01-15T08:00:00.010Z',
      until: '2027-01-15T08:00:50.000Z',
    });
    expect(written[1]?.words).toContain('9999 more times in 49 seconds');
  });

  it('writes the first entry of each kind at once, and of each minute', () => {
    const { clock, written, repeats } = openRepeats();
    repeats.add(refused('192.0.2.1'));
    repeats.add(refused('192.0.2.2'));
    repeats.add(refused('192.0.2.1'));
    expect(written).toHaveLength(2);
    clock.now += 60_000;
    repeats.add(refused('192.0.2.1'));
    expect(written.map(({ fields }) => fields.count)).toEqual([undefined, undefined, 1, undefined]);
    repeats.flush();
    expect(written).toHaveLength(4);
  });

  it('counts names that are no account together, whichever was tried', () => {
    const { written, repeats } = openRepeats();
    for (const account of ['id1', 'id2', 'id3'])
      repeats.add({
        level: 'warn',
        name: 'login.failed',
        fields: { source: '192.0.2.1', account },
        words: 'wrong password',
      });
    repeats.flush();
    expect(written.map(({ fields }) => fields.account)).toEqual(['id1', undefined]);
    expect(written[1]?.fields.count).toBe(2);
  });

  it('is bounded in lines and in memory when every entry has a source of its own', () => {
    const { written, repeats } = openRepeats();
    for (let n = 0; n < 50_000; n += 1) repeats.add(refused(`2001:db8:${n.toString(16)}:0::/64`));
    repeats.flush();
    expect(written).toHaveLength(1025);
    expect(written.at(-1)?.fields).toMatchObject({ source: 'others', count: 50_000 - 1024 });
  });
});
