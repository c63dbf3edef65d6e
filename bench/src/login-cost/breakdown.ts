/** Where the processor time of a login goes. */
import { summary } from '../measure.ts';
import type { Calls, Meter } from './meter.ts';
import { type Part, sharesOf } from './profile.ts';
import { type Candidate, EACH, type Turns } from './turns.ts';

/** The rows of a breakdown, in their order. */
export const ROWS = [
  'TLS: handshake and records',
  'SRP',
  'messages',
  'reads',
  'commits',
  'limits',
  'session',
  'garbage collection',
  'rest of the main thread',
  'other threads',
] as const;

/** Milliseconds of each row. */
export type Breakdown = Readonly<Record<(typeof ROWS)[number], number>>;

/**
 * Profiles one round, and divides the measured processor time by its shares. A profile cannot see into TLS,
 * whose time is that of a bare server without powers.
 */
export async function breakDown(candidate: Candidate, turns: Turns, tls: Turns): Promise<Breakdown> {
  const [server] = candidate.servers;
  await server?.startProfile();
  await candidate.serve(EACH, 16);
  const shares = server === undefined ? new Map<Part, number>() : sharesOf(await server.stopProfile());
  const all = summary(turns.costs).median;
  const main = summary(turns.mainThread).median;
  const bare = summary(tls.mainThread).median;
  const time = (part: Part) => (shares.get(part) ?? 0) * main;
  return {
    'TLS: handshake and records': bare,
    SRP: time('SRP'),
    messages: time('messages'),
    reads: time('reads'),
    commits: time('commits'),
    limits: time('limits'),
    session: time('session'),
    'garbage collection': time('garbage collection'),
    'rest of the main thread': time('TLS, sockets, and Node itself') - bare,
    'other threads': all - main,
  };
}

/** Returns how often a login calls the back end. */
export async function callsOf(candidate: Candidate): Promise<Calls> {
  const before = await sum(candidate.servers);
  await candidate.serve(EACH, 16);
  const after = await sum(candidate.servers);
  return {
    reads: (after.reads - before.reads) / EACH,
    durable: (after.durable - before.durable) / EACH,
    lazy: (after.lazy - before.lazy) / EACH,
  };
}

async function sum(servers: readonly Meter<unknown>[]): Promise<Calls> {
  const calls = (await Promise.all(servers.map((server) => server.ask('calls')))) as Calls[];
  const total = (name: keyof Calls) => calls.reduce((whole, one) => whole + one[name], 0);
  return { reads: total('reads'), durable: total('durable'), lazy: total('lazy') };
}
