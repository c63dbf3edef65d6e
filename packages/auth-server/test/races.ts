/**
 * Races between real clients on two real server processes over one store. Each function throws when more than one
 * of the racers of a round, or none, has won.
 */
import { computeCode, generateRecoveryCodes } from '@countersign/totp-core';
import type { Message } from '@countersign/wire-protocol';
import { Ledger } from '../src/limits/ledger.ts';
import { proveInvitation } from './invited.ts';
import { RACE_LIMITS, type RaceAccount, type RaceCourse, Racer, TIRELESS_LIMITS } from './race-course.ts';
import { credentialOf, secretOf } from './world.ts';

const RACERS = 100;
const GUESTS = 20;
/** So many connect at the same time: more only wait for each other. */
const ABREAST = 10;

/** `make(0)` to `make(count - 1)`, a few at the same time. */
async function abreast<T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let n = 0; n < count; n += ABREAST) {
    const length = Math.min(ABREAST, count - n);
    made.push(...(await Promise.all(Array.from({ length }, (_, i) => make(n + i)))));
  }
  return made;
}

/** Sends a message from all at once, and gives the index of the one that gets the winning answer; throws if it is not one. */
async function race(
  racers: readonly Racer[],
  message: (n: number) => Message,
  winner: Message['type'],
): Promise<number> {
  const answers = await Promise.all(racers.map((racer, n) => racer.ask(message(n))));
  const won = answers.flatMap(({ type }, n) => (type === winner ? [n] : []));
  const [first] = won;
  if (first === undefined || won.length > 1)
    throw new Error(`${won.length} of ${racers.length} won: ${JSON.stringify(answers.slice(0, 5))}`);
  return first;
}

/**
 * A hundred clients of one account, all with the password proven, race for one second factor, round after round: the
 * losers stay, and a newcomer takes the winner's place.
 */
async function factorRaces(
  course: RaceCourse,
  rounds: number,
  factor: (account: RaceAccount) => Promise<Message>,
): Promise<void> {
  const account = await course.newAccount();
  const racers = await abreast(RACERS, (n) => course.atTheFactor(account.username, n));
  for (let round = 0; round < rounds; round++) {
    const message = await factor(account);
    const won = await race(racers, () => message, 'login.done');
    await racers[won]?.close();
    racers[won] = await course.atTheFactor(account.username, won);
  }
  await Promise.all(racers.map((racer) => racer.close()));
}

export function oneCode(course: RaceCourse, rounds: number): Promise<void> {
  return factorRaces(course, rounds, async ({ secret }) => {
    await course.nextStep();
    return { type: 'totp.submit', code: computeCode({ secret, time: course.now }) };
  });
}

export function oneRecoveryCode(course: RaceCourse, rounds: number): Promise<void> {
  return factorRaces(course, rounds, async ({ uid, username }) => {
    const [code = ''] = generateRecoveryCodes();
    const { accounts } = course.services;
    const recovery = accounts.hashCodes([code]);
    await accounts.administer({ uid, username }, (account) => ({ ...account, recovery }), {
      kind: 'recovery.renewed',
      username,
    });
    return { type: 'recovery.submit', code };
  });
}

async function invited(
  course: RaceCourse,
  name: (n: number) => string,
  sameInvitation: boolean,
): Promise<void> {
  const make = () => course.services.invitations.create({ now: course.now, validFor: 600 });
  const shared = await make();
  const guests = await abreast(GUESTS, async (n) => {
    const racer = await Racer.connect(course.port(n));
    const proven = await proveInvitation(racer, (sameInvitation ? shared : await make()).code);
    if (proven.type !== 'login.proven') throw new Error(`not proven: ${JSON.stringify(proven)}`);
    const username = name(n);
    const start = { type: 'register.start', username, ...credentialOf(username, 'open sesame') } as const;
    const { otpauth } = await racer.expect('register.totp', start);
    return { racer, code: computeCode({ secret: secretOf(otpauth), time: course.now }) };
  });
  const racers = guests.map(({ racer }) => racer);
  await race(racers, (n) => ({ type: 'register.confirm', code: guests[n]?.code ?? '' }), 'register.done');
  await Promise.all(racers.map((racer) => racer.close()));
}

export function oneInvitation(course: RaceCourse): Promise<void> {
  const round = crypto.randomUUID().slice(0, 8);
  return invited(course, (n) => `guest${round}${n}`, true);
}

export function oneName(course: RaceCourse): Promise<void> {
  const name = `guest${crypto.randomUUID().slice(0, 8)}`;
  return invited(course, () => name, false);
}

/** Two hundred wrong codes at once: gives how many were judged and how many the ledger has counted. */
export async function wrongCodes(course: RaceCourse): Promise<{ judged: number; counted: number }> {
  const { uid, username, secret } = await course.newAccount();
  const racers = await abreast(200, (n) => course.atTheFactor(username, n));
  const right = new Set([-1, 0, 1, 2].map((n) => computeCode({ secret, time: course.now + n * 30 })));
  const code = ['000000', '111111', '222222', '333333', '444444'].find((digits) => !right.has(digits)) ?? '';
  const answers = await Promise.all(racers.map((racer) => racer.ask({ type: 'totp.submit', code })));
  await Promise.all(racers.map((racer) => racer.close()));
  const { codes } = await course.services.ledger.failuresOf(uid);
  const judged = answers.filter(
    (answer) => answer.type === 'factor.rejected' && answer.reason === 'wrong',
  ).length;
  return { judged, counted: codes };
}

/** Fifty users log in from one address at once: gives how many got in. */
export async function manyUsers(course: RaceCourse): Promise<number> {
  const users = await abreast(50, () => course.newAccount());
  const answers = await Promise.all(
    users.map(async ({ username, secret }, n) => {
      const racer = await Racer.connect(course.port(n));
      const proven = await racer.prove(username, 'open sesame');
      if (proven.type !== 'login.proven') return proven;
      const code = computeCode({ secret, time: course.now });
      const answer = await racer.ask({ type: 'totp.submit', code });
      await racer.close();
      return answer;
    }),
  );
  return answers.filter(({ type }) => type === 'login.done').length;
}

/** What happens to an account while its users are between password and code. */
const CHANGES = {
  removed: ({ services }: RaceCourse, { username, uid }: RaceAccount) =>
    services.accounts.administer({ username, uid }, () => 'removed', { kind: 'admin.removed', username }),
  disabled: ({ services }: RaceCourse, { username, uid }: RaceAccount) =>
    services.accounts.administer(
      { username, uid },
      (account) => ({ ...account, disabled: true, generation: services.accounts.newGeneration() }),
      { kind: 'admin.disabled', username },
    ),
  locked: async ({ store }: RaceCourse, { uid }: RaceAccount) => {
    const guesser = new Ledger({ store, limits: TIRELESS_LIMITS, clock: Date.now });
    for (let n = 0; n < RACE_LIMITS.code.lockAfter; n++)
      await guesser.judgeFactor(uid, 'totp', () => ({ right: false }));
  },
};

/** Twenty users of an account show the right code after it was changed: gives how many got in. */
export async function changedInTheMiddle(course: RaceCourse, change: keyof typeof CHANGES): Promise<number> {
  const account = await course.newAccount();
  const racers = await abreast(20, (n) => course.atTheFactor(account.username, n));
  await CHANGES[change](course, account);
  const code = computeCode({ secret: account.secret, time: course.now });
  const answers = await Promise.all(racers.map((racer) => racer.ask({ type: 'totp.submit', code })));
  await Promise.all(racers.map((racer) => racer.close()));
  return answers.filter(({ type }) => type === 'login.done').length;
}
