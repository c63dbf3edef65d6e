import { describe, expect, it } from 'vitest';
import { limitsSchema } from '../src/limits/limits.ts';
import { Starts } from '../src/limits/starts.ts';
import { proveInvitation } from './invited.ts';
import { credentialOf, makeWorld, register } from './world.ts';

function makeStarts(numbers: object = {}, most?: number) {
  const time = { now: 1_800_000_000 };
  const limits = limitsSchema.parse({ source: numbers });
  const starts = new Starts({
    limits,
    clock: () => time.now * 1000,
    ...(most === undefined ? {} : { most }),
  });
  return { time, starts };
}

describe('the counters of logins begun', () => {
  it('let a source begin sixty a minute', () => {
    const { starts, time } = makeStarts();
    for (let n = 0; n < 60; n++) expect(starts.countStart('192.0.2.1')).toBeUndefined();
    time.now += 20;
    expect(starts.countStart('192.0.2.1')).toEqual({ seconds: 40, limit: 'source.startsPerMinute' });
    expect(starts.countStart('192.0.2.2')).toBeUndefined();
    time.now += 40;
    expect(starts.countStart('192.0.2.1')).toBeUndefined();
  });

  it('begin a new minute when the clock is set back', () => {
    const { starts, time } = makeStarts({ startsPerMinute: 1 });
    expect(starts.countStart('192.0.2.1')).toBeUndefined();
    time.now -= 3600;
    expect(starts.countStart('192.0.2.1')).toBeUndefined();
  });

  it('take bounded memory: a new one replaces the oldest, which blocks no source', () => {
    const { starts } = makeStarts({ startsPerMinute: 1 }, 3);
    for (const source of ['a', 'b', 'c']) starts.countStart(source);
    expect(starts.countStart('a')).toBeDefined();
    expect(starts.countStart('d')).toBeUndefined();
    expect(starts.countStart('b')).toBeDefined();
    expect(starts.countStart('a')).toBeUndefined();
    expect(starts.countStart('b')).toBeUndefined();
  });

  it('stop a flood of logins and of invitations before anything is written', async () => {
    const world = await makeWorld({ limits: limitsSchema.parse({ source: { startsPerMinute: 1 } }) });
    expect(await proveInvitation(world.connect(), 'AAAAAAAA.0000-0000-0000-0000')).toMatchObject({
      code: 'authentication_failed',
    });
    expect((await world.connect().startLogin('alice', 'wrong')).answer).toMatchObject({ code: 'slow_down' });
    expect(await proveInvitation(world.connect(), 'AAAAAAAA.0000-0000-0000-0000')).toMatchObject({
      code: 'slow_down',
    });
    expect(await world.services.ledger.sweep()).toEqual({ removed: 0, rows: 0 });
  });
});

it('an invitation asks for twenty names a day, on however many connections', async () => {
  const world = await makeWorld();
  await register(world, 'alice');
  const { code } = await world.services.invitations.create({ now: world.now, validFor: 3600 });
  const answers = [];
  for (let n = 0; n < 21; n++) {
    const peer = world.connect({ source: `192.0.2.${n}` });
    await proveInvitation(peer, code);
    answers.push(
      await peer.ask({ type: 'register.start', username: 'alice', ...credentialOf('alice', 'x') }),
    );
  }
  for (const answer of answers.slice(0, 20)) expect(answer).toMatchObject({ code: 'name_taken' });
  expect(answers[20]).toMatchObject({ code: 'slow_down' });
});
