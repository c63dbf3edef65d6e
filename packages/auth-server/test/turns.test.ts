/** Whose message is handled next, and who is refused, without sockets: rounds and time pass when a test says so. */
import { describe, expect, it } from 'vitest';
import { LONGEST_WAIT, MOST_BEGINNERS, type Turn, Turns } from '../src/listener/turns.ts';
import { Session } from '../src/session/session.ts';
import { makeWorld } from './world.ts';

const STRANGER = { hasReservedSeat: false };
const KNOWN = { hasReservedSeat: true };

class Course {
  readonly turns: Turns;
  /** What had its turn or was refused, in this order. */
  readonly log: string[] = [];
  #round: (() => void) | undefined;
  readonly #alarms = new Set<{ at: number; ring: () => void }>();
  #now = 0;

  constructor() {
    this.turns = new Turns({
      nextRound: (act) => {
        this.#round = act;
      },
      timers: {
        now: () => this.#now,
        after: (milliseconds, ring) => {
          const alarm = { at: this.#now + milliseconds, ring };
          this.#alarms.add(alarm);
          return () => this.#alarms.delete(alarm);
        },
      },
    });
  }

  begin(name: string, guest = STRANGER): Turn {
    const turn = this.turns.of(guest);
    void turn.begin().then((isInTime) => this.log.push(isInTime ? name : `${name} refused`));
    return turn;
  }

  proceed(name: string, guest = STRANGER): void {
    void this.turns
      .of(guest)
      .proceed()
      .then(() => this.log.push(name));
  }

  async pass(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    for (const alarm of this.#alarms)
      if (alarm.at <= this.#now) {
        this.#alarms.delete(alarm);
        alarm.ring();
      }
    await settled();
  }

  /** Lets so many rounds of the event loop pass, and returns the log of them. */
  async rounds(count: number): Promise<string[]> {
    const before = this.log.length;
    for (let round = 0; round < count; round += 1) {
      const act = this.#round;
      this.#round = undefined;
      act?.();
      await settled();
    }
    return this.log.slice(before);
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('a message before the login is complete', () => {
  it('has a round of the event loop to itself', async () => {
    const course = new Course();
    for (const name of ['a', 'b', 'c']) course.begin(name);
    expect(await course.rounds(2)).toEqual(['a', 'b']);
    expect(await course.rounds(2)).toEqual(['c']);
  });

  it('of a login that has begun goes before those that begin', async () => {
    const course = new Course();
    course.begin('new 1');
    course.begin('new 2');
    course.proceed('begun 1');
    course.proceed('begun 2');
    expect(await course.rounds(4)).toEqual(['begun 1', 'begun 2', 'new 1', 'new 2']);
  });

  it('takes turns with those in the other queue, whichever is longer', async () => {
    const course = new Course();
    for (let n = 0; n < 4; n += 1) course.proceed(`stranger ${n}`);
    course.begin('known 1', KNOWN);
    course.begin('known 2', KNOWN);
    expect(await course.rounds(4)).toEqual(['known 1', 'stranger 0', 'known 2', 'stranger 1']);
  });
});

describe('a conversation that begins', () => {
  it('is refused after a second, and those that have begun are not', async () => {
    const course = new Course();
    course.begin('new');
    course.proceed('begun');
    await course.pass(LONGEST_WAIT);
    expect(course.log).toEqual(['new refused']);
    await course.pass(60_000);
    expect(await course.rounds(2)).toEqual(['begun']);
  });

  it('waits until one of the sixteen in progress is done', async () => {
    const course = new Course();
    const turns = Array.from({ length: MOST_BEGINNERS }, (_, n) => course.begin(`new ${n}`));
    course.begin('next');
    expect(await course.rounds(MOST_BEGINNERS + 5)).toHaveLength(MOST_BEGINNERS);
    turns[3]?.end();
    turns[3]?.end();
    course.begin('after next');
    expect(await course.rounds(5)).toEqual(['next']);
  });

  it('on a known device is not kept out by strangers whose messages take forever', async () => {
    const course = new Course();
    for (let n = 0; n < 1000; n += 1) course.begin(`stranger ${n}`);
    await course.rounds(100);
    course.begin('known', KNOWN);
    expect(await course.rounds(1)).toEqual(['known']);
  });
});

it('uses every round for one queue while the other is empty', async () => {
  const course = new Course();
  course.begin('known 1', KNOWN);
  course.begin('known 2', KNOWN);
  expect(await course.rounds(2)).toEqual(['known 1', 'known 2']);
});

it('answers a login for which there is no time with busy and when to try again', async () => {
  const { services } = await makeWorld();
  const facts = { binding: new Uint8Array(32), source: '192.0.2.1', mayBegin: async () => false };
  const session = new Session(services, facts, () => {});
  const A = new Uint8Array(384).fill(3);
  const answers = await session.handle({ type: 'login.start', username: 'alice', suite: '3072-sha256', A });
  expect(answers).toMatchObject([{ type: 'error', code: 'busy', retryAfter: 5 }]);
  expect(session.isOver).toBe(true);
});
