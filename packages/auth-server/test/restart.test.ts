/** Accounts of another suite than the server's: their clients are told to start again. */
import { computeVerifier, findSuite, generateSalt } from '@countersign/srp-core';
import { DEFAULT_PROFILE, TotpSecret } from '@countersign/totp-core';
import { expect, it } from 'vitest';
import { toText } from '../src/accounts/account.ts';
import { DEFAULT_LIMITS } from '../src/limits/limits.ts';
import { makeWorld, type World } from './world.ts';

const USERS = 50;
const PASSWORD = 'open sesame';

async function addImported(world: World, username: string): Promise<void> {
  const { accounts } = world.services;
  const suite = findSuite('2048-legacy-x');
  if (!suite) throw new Error('no such suite');
  const salt = generateSalt();
  const password = new TextEncoder().encode(PASSWORD);
  const verifier = computeVerifier({ suite, identity: username, password, salt });
  const account = accounts.newAccount({
    username,
    credential: {
      suite: suite.name,
      identity: username,
      stretch: { name: 'none' },
      salt: toText(salt),
      verifier: toText(verifier),
    },
    totp: { secret: toText(TotpSecret.generate().bytes), ...DEFAULT_PROFILE, lastStep: 0, weak: true },
    recovery: [],
    now: world.now,
  });
  await accounts.insert(account, { kind: 'account.imported', username });
}

it('lets fifty imported users in from one address at once: who must start again has begun one login', async () => {
  const source = { ...DEFAULT_LIMITS.source, startsPerMinute: USERS };
  const world = await makeWorld({ limits: { ...DEFAULT_LIMITS, source } });
  const names = Array.from({ length: USERS }, (_, n) => `user${n}`);
  for (const name of names) await addImported(world, name);
  const answers = await Promise.all(names.map((name) => world.connect().prove(name, PASSWORD)));
  expect(answers.map(({ type }) => type)).toEqual(names.map(() => 'login.proven'));
  expect(await world.connect().prove('user0', PASSWORD)).toMatchObject({ code: 'slow_down' });
});
