/**
 * A server of two workers, of which one is killed every second, while clients register and race for codes.
 * Each acknowledged account must exist afterwards, and no code may have been accepted twice.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CURRENT_SUITE,
  computeVerifier,
  generateSalt,
  proveClient,
  startClient,
} from '@countersign/srp-core';
import { type Channel, connectTls } from '@countersign/tls-channel';
import { computeCode, parseOtpauth, type TotpSecret } from '@countersign/totp-core';
import type { ClientMessage, ServerMessage } from '@countersign/wire-protocol';
import { type ServerFacts, STRETCHED } from '../login-cost/client.ts';
import { newFolder } from '../store-place.ts';
import { faultsOf, type Outcome } from './outcome.ts';

const PROGRAM = fileURLToPath(new URL('../../../apps/cli-server/bin/countersign-server.js', import.meta.url));
const PASSPHRASE = 'a passphrase for load';
const STRETCH = { name: 'argon2id', m: 65_536, t: 3, p: 4 } as const;
const MANY = 1_000_000_000;
const LIMITS = {
  password: { freeFailures: MANY },
  source: { failures: MANY, startsPerMinute: MANY, registrationsPerDay: MANY },
  network: { registrationsPerDay: MANY },
  name: { failures: MANY },
  code: { perStep: MANY },
  registrationsPerDay: MANY,
};
const CLIENTS = 4;
/** Clients that submit one code at the same moment. */
const RIVALS = 3;
const STEP = 30;
/** Limit for the program, in milliseconds. */
const LIMIT = 4 * 3_600_000;

interface User {
  readonly username: string;
  readonly secret: TotpSecret;
}

export async function killWorkers(seconds: number): Promise<Outcome> {
  const { program, facts } = await startProgram();
  const users: User[] = [];
  const counts = { unacknowledged: 0, codesRaced: 0, codesAccepted: 0, acceptedTwice: 0 };
  const end = performance.now() + seconds * 1000;
  let named = 0;
  const client = async () => {
    while (performance.now() < end) {
      named += 1;
      const user = await register(facts, `user${named}`);
      if (user === undefined) {
        counts.unacknowledged += 1;
        continue;
      }
      users.push(user);
      const code = computeCode({ secret: user.secret, time: Date.now() / 1000 + STEP });
      const rivals = Array.from({ length: RIVALS }, () => logIn(facts, user, code));
      const accepted = (await Promise.all(rivals)).filter((outcome) => outcome === 'login.done').length;
      counts.codesRaced += 1;
      counts.codesAccepted += accepted;
      if (accepted > 1) counts.acceptedTwice += 1;
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, client));
  let kills = 0;
  while (performance.now() < end) {
    await wait(1000);
    // The oldest one, so that each has time to start.
    const [worker] = childrenOf(program.pid);
    if (worker === undefined) continue;
    process.kill(worker, 'SIGKILL');
    kills += 1;
  }
  await clients;
  let lost = 0;
  for (const user of users) if (!(await exists(facts, user))) lost += 1;
  const closed = once(program, 'close');
  program.kill('SIGTERM');
  await closed;
  return {
    counts: { seconds, kills, registered: users.length, ...counts, lost },
    faults: faultsOf([
      [users.length > 0, 'no registration was acknowledged'],
      [kills > 0, 'no worker was killed'],
      [lost === 0, `${lost} acknowledged registrations were lost`],
      [counts.acceptedTwice === 0, `${counts.acceptedTwice} codes were accepted twice`],
    ]),
  };
}

async function startProgram(): Promise<{ program: ChildProcess; facts: ServerFacts }> {
  const folder = newFolder();
  const [limits, passphrase] = [join(folder, 'limits.json'), join(folder, 'passphrase')];
  writeFileSync(limits, JSON.stringify(LIMITS), { mode: 0o600 });
  writeFileSync(passphrase, PASSPHRASE, { mode: 0o600 });
  const options = {
    'data-dir': join(folder, 'data'),
    'passphrase-file': passphrase,
    port: '0',
    workers: '2',
    registration: 'open',
    limits,
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const program = spawn(process.execPath, [PROGRAM, 'start', '--json', '--create', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: LIMIT,
  });
  process.on('exit', () => program.kill('SIGKILL'));
  const [line] = await once(createInterface(program.stdout), 'line');
  return { program, facts: JSON.parse(String(line)) as ServerFacts };
}

/** Returns `undefined` when the registration was not acknowledged. */
async function register(facts: ServerFacts, username: string): Promise<User | undefined> {
  return await within(facts, async (ask) => {
    const salt = generateSalt();
    const verifier = computeVerifier({
      suite: CURRENT_SUITE,
      identity: username,
      password: STRETCHED.slice(),
      salt,
    });
    const suite = CURRENT_SUITE.name;
    const begun = await ask({ type: 'register.start', username, suite, stretch: STRETCH, salt, verifier });
    if (begun.type !== 'register.totp') return undefined;
    const reading = parseOtpauth(begun.otpauth);
    if (!reading.ok) throw new Error(reading.problem);
    const { secret } = reading.otpauth;
    const code = computeCode({ secret, time: Date.now() / 1000 });
    const done = await ask({ type: 'register.confirm', code });
    return done.type === 'register.done' ? { username, secret } : undefined;
  });
}

/** What the server answered last: the code of an error, or else the type of the message. */
type LastAnswer = string;

/** Returns `undefined` when the connection was lost. */
function logIn(facts: ServerFacts, user: User, code: string): Promise<LastAnswer | undefined> {
  return within(facts, async (ask, channel) => {
    const proven = await prove(user.username, ask, channel);
    return proven === 'login.proven' ? last(await ask({ type: 'totp.submit', code })) : proven;
  });
}

function last(answer: ServerMessage): LastAnswer {
  return answer.type === 'error' ? answer.code : answer.type;
}

/**
 * Returns whether the account accepts its password. Tries again while workers are being replaced.
 *
 * @throws {Error} if the server does not answer at all
 */
async function exists(facts: ServerFacts, user: User): Promise<boolean> {
  for (let attempt = 0; attempt < 240; attempt++) {
    const answer = await within(facts, (ask, channel) => prove(user.username, ask, channel));
    if (answer === 'login.proven') return true;
    if (answer === 'authentication_failed') return false;
    await wait(250);
  }
  throw new Error('the server does not answer any more');
}

type Ask = (message: ClientMessage) => Promise<ServerMessage>;

async function prove(username: string, ask: Ask, { binding }: Channel): Promise<LastAnswer> {
  const start = startClient({ group: CURRENT_SUITE.group });
  const challenge = await ask({ type: 'login.start', username, suite: CURRENT_SUITE.name, A: start.A });
  if (challenge.type !== 'login.challenge') return last(challenge);
  const { identity, salt, stretch, B } = challenge;
  const context = { username, suite: CURRENT_SUITE, identity, salt, stretch, binding } as const;
  const { M1 } = proveClient(start, { context, password: STRETCHED.slice(), B });
  return last(await ask({ type: 'login.proof', M1, binding }));
}

/** Runs a conversation. Returns `undefined` when the connection is lost. */
async function within<T>(
  { port, pin }: ServerFacts,
  converse: (ask: Ask, channel: Channel) => Promise<T>,
): Promise<T | undefined> {
  try {
    const channel = await connectTls({ host: '127.0.0.1', port, trust: { kind: 'pin', pin } });
    try {
      return await converse(async (message) => {
        await channel.send(message);
        const answer = await channel.receive({ timeout: 30_000 });
        if (answer === undefined) throw new Error('the connection was lost');
        return answer as ServerMessage;
      }, channel);
    } finally {
      await channel.close();
    }
  } catch {
    await wait(250);
    return undefined;
  }
}

function childrenOf(pid: number | undefined): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const status = readFileSync(`/proc/${name}/stat`, 'utf8');
        return status.replace(/^.*\) /s, '').split(' ')[1] === String(pid);
      } catch {
        return false;
      }
    })
    .map(Number)
    .toSorted((a, b) => a - b);
}
