/**
 * A token that an account does not know tells nothing: neither the bytes of the answers nor their time differ between names
 * with and without an account, whatever is presented and whatever state the limits are in.
 */
import { CURRENT_SUITE, startClient } from '@countersign/srp-core';
import type { Message } from '@countersign/wire-protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { mannWhitney } from '../../../bench/src/login-unknown.ts';
import { limitsSchema } from '../src/limits/limits.ts';
import { login, makeWorld, register, type World } from './world.ts';

const DAY = 24 * 3600;
const ROUNDS = Number(process.env.COUNTERSIGN_ROUNDS ?? 150);
/** Of the same length, one with an account. */
const NAMES = ['alice', 'nobod'] as const;
const TOKENS = ['no', 'a random', 'an expired', 'another account’s'] as const;
/** A normal deviate that chance exceeds once in 150,000 comparisons. */
const BEYOND_CHANCE = 4.5;

/** One A serves all: the server judges a proof that is random anyway. */
const { A } = startClient({ group: CURRENT_SUITE.group });

/** Nothing but what a state is about stops an attempt. */
const MANY = 1_000_000_000;
const LIFTED = {
  password: { freeFailures: MANY },
  source: { failures: MANY, startsPerMinute: MANY, registrationsPerDay: MANY },
  name: { failures: MANY },
};

interface State {
  readonly numbers: object;
  readonly prepare: (world: World) => Promise<void>;
}

const STATES: Readonly<Record<string, State>> = {
  quiet: { numbers: LIFTED, prepare: async () => {} },
  'with a paused source': {
    numbers: { ...LIFTED, source: { ...LIFTED.source, failures: 30, pause: 365 * DAY } },
    async prepare(world) {
      for (let n = 0; n < 30; n++) await attempt(world, `other${n}`, undefined);
    },
  },
  'with paused names': {
    numbers: { ...LIFTED, name: { failures: 5, delay: 365 * DAY } },
    async prepare(world) {
      for (const name of NAMES) for (let n = 0; n < 5; n++) await attempt(world, name, undefined);
    },
  },
  'with a full ledger': {
    numbers: { ...LIFTED, rows: { most: 64 } },
    async prepare(world) {
      for (let n = 0; n < 64; n++) await attempt(world, `other${n}`, undefined, `10.0.${n}.1`);
    },
  },
};

interface Attempt {
  readonly bytes: string;
  /** Milliseconds until each answer. */
  readonly times: readonly number[];
}

async function attempt(
  world: World,
  username: string,
  device: Uint8Array | undefined,
  source = '192.0.2.1',
): Promise<Attempt> {
  const peer = world.connect({ source });
  const messages: Message[] = [
    { type: 'login.start', username, suite: CURRENT_SUITE.name, A, ...(device ? { device } : {}) },
    { type: 'login.proof', M1: crypto.getRandomValues(new Uint8Array(32)), binding: peer.binding },
  ];
  const answers: string[] = [];
  const times: number[] = [];
  for (const message of messages) {
    const started = performance.now();
    const [answer] = await peer.session.handle(message);
    times.push(performance.now() - started);
    if (!answer) throw new Error('no answer');
    answers.push(JSON.stringify(answer, withoutRandom).replace(username, 'X'));
    if (answer.type === 'error') break;
  }
  return { bytes: answers.join('\n'), times };
}

/** Salts and public values are random, and as long as each other. */
function withoutRandom(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? `${value.length} bytes` : value;
}

describe.for(Object.entries(STATES))('a server %s', ([, { numbers, prepare }]) => {
  let world: World;
  const devices: Record<(typeof TOKENS)[number], Uint8Array | undefined> = {
    no: undefined,
    'a random': crypto.getRandomValues(new Uint8Array(32)),
    'an expired': crypto.getRandomValues(new Uint8Array(32)),
    'another account’s': crypto.getRandomValues(new Uint8Array(32)),
  };

  beforeAll(async () => {
    world = await makeWorld({ limits: limitsSchema.parse(numbers) });
    const alice = await register(world, 'alice');
    await login(world, alice, '198.51.100.1', devices['an expired']);
    world.now += 91 * DAY;
    const robert = await register(world, 'robert');
    await login(world, robert, '198.51.100.2', devices['another account’s']);
    await prepare(world);
  });

  it.for(TOKENS)(
    'answers known and unknown names alike to %s token',
    { timeout: 60_000 + 200 * ROUNDS },
    async (token) => {
      const device = devices[token];
      const times: Record<(typeof NAMES)[number], number[][]> = { alice: [[], []], nobod: [[], []] };
      const seen = new Set<string>();
      for (let n = 0; n < 2 * ROUNDS; n++) {
        // In random order, each as often as the other.
        const [first, second] = Math.random() < 0.5 ? NAMES : ([NAMES[1], NAMES[0]] as const);
        for (const name of [first, second]) {
          const { bytes, times: taken } = await attempt(world, name, device);
          seen.add(bytes);
          if (n < ROUNDS / 2) continue;
          for (const [answer, time] of taken.entries()) times[name][answer]?.push(time);
        }
      }
      expect([...seen]).toHaveLength(1);
      for (const answer of [0, 1]) {
        const [known, unknown] = NAMES.map((name) => times[name][answer] ?? []);
        if (!known?.length || !unknown?.length) continue;
        expect(Math.abs(mannWhitney(known, unknown)), `answer ${answer}`).toBeLessThan(BEYOND_CHANCE);
      }
    },
  );
});
