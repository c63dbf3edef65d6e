/** Several processes on one store, each using the built package as its users do. */
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { z } from 'zod';
import { type ChildProcess, spawn } from '../../../scripts/child-process.mjs';
import { type Backend, openStore } from '../src/index.ts';
import { CHEAP, PASSPHRASE } from './fixtures.ts';

const PEER = fileURLToPath(new URL('harness-peer.mjs', import.meta.url));
const Counter = z.strictObject({ count: z.number() });

/** Time limit for many processes in one slow test, in milliseconds. */
const LIMIT = 300_000;

/** A process that follows commands, see harness-peer.mjs. */
class Peer {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(place: string, passphrase: string, name: string) {
    const child = spawn(process.execPath, [PEER, place, passphrase, name], {
      stdio: ['pipe', 'pipe', 'inherit'],
      timeout: LIMIT,
    });
    this.#child = child;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async answer(): Promise<unknown> {
    const { value, done } = await this.#answers.next();
    if (done === true) throw new Error('the process ended without an answer');
    return JSON.parse(value);
  }

  async do(command: string): Promise<unknown> {
    this.#child.stdin?.write(`${command}\n`);
    return await this.answer();
  }

  async end(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.#child.on('close', resolve));
    this.#child.stdin?.end();
    return this.#child.exitCode ?? (await ended);
  }
}

/**
 * Starts processes that write, and checks that they see each other's writes, new keys and removed slots.
 *
 * @param place in the form that a harness expects
 */
export async function processesShareAStore(
  backend: Backend,
  place: string,
  names: readonly string[],
): Promise<void> {
  const store = await openStore({ backend, passphrase: PASSPHRASE, create: 'if-empty', kdf: CHEAP });
  const counters = store.collection('counters', Counter);
  await counters.insert('shared', { count: 0 });
  const leaving = await store.keys.addSlot({ passphrase: 'leaving soon', label: 'leaving', kdf: CHEAP });
  const last = names.at(-1);
  const peers = names.map((name) => new Peer(place, name === last ? 'leaving soon' : PASSPHRASE, name));
  const each = <T>(value: T): T[] => names.map(() => value);
  expect(await Promise.all(peers.map((peer) => peer.answer()))).toEqual(each('ready'));

  const written = Promise.all(peers.map((peer) => peer.do('write 25')));
  await store.keys.rotate();
  await store.keys.rotate();
  expect(await written).toEqual(each(25));
  expect((await counters.get('shared'))?.value.count).toBe(25 * names.length);
  for (const peer of peers)
    expect(await Promise.all(names.map((name) => peer.do(`look ${name} 25`)))).toEqual(each(25));

  await store.keys.removeSlot(leaving);
  const outcomes = await Promise.all(peers.map((peer) => peer.do('change')));
  expect(outcomes).toEqual(names.map((name) => (name === last ? 'locked_out' : 'changed')));
  expect((await counters.get(`${names[0]}.0`))?.value.count).toBe(1);
  expect(await Promise.all(peers.map((peer) => peer.end()))).toEqual(each(0));
  await store.close();
}
