import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openStore } from '../src/index.ts';
import { CHEAP, PASSPHRASE } from './fixtures.ts';
import { killWriters } from './harness-postgres-kill.mjs';
import { type PostgresPlace, postgresPlace, reason, SERVER_URL, unreachable } from './postgres-place.ts';

const PEER = fileURLToPath(new URL('harness-postgres-peer.mjs', import.meta.url));
const Counter = z.strictObject({ count: z.number() });

/** A process that shares the store, as the built package gives it to its users. */
class Peer {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  constructor(url: string, passphrase: string, name: string) {
    const child = spawn(process.execPath, [PEER, url, passphrase, name], {
      stdio: ['pipe', 'pipe', 'inherit'],
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

describe.skipIf(unreachable !== undefined)(`processes on one PostgreSQL${reason}`, () => {
  let place: PostgresPlace;
  beforeEach(async () => {
    place = await postgresPlace();
  });
  afterEach(async () => {
    await place.dispose();
  });

  it('see each other’s writes, new keys and removed slots, four of them', async () => {
    const store = await openStore({
      backend: place.open(),
      passphrase: PASSPHRASE,
      create: 'if-empty',
      kdf: CHEAP,
    });
    const counters = store.collection('counters', Counter);
    await counters.insert('shared', { count: 0 });
    const leaving = await store.keys.addSlot({ passphrase: 'leaving soon', label: 'leaving', kdf: CHEAP });
    const names = ['a', 'b', 'c', 'd'];
    const peers = names.map((name) => new Peer(place.url, name === 'd' ? 'leaving soon' : PASSPHRASE, name));
    expect(await Promise.all(peers.map((peer) => peer.answer()))).toEqual(names.map(() => 'ready'));

    const written = Promise.all(peers.map((peer) => peer.do('write 25')));
    await store.keys.rotate();
    await store.keys.rotate();
    expect(await written).toEqual([25, 25, 25, 25]);
    expect((await counters.get('shared'))?.value.count).toBe(100);
    for (const peer of peers)
      expect(await Promise.all(names.map((name) => peer.do(`look ${name} 25`)))).toEqual([25, 25, 25, 25]);

    await store.keys.removeSlot(leaving);
    const outcomes = await Promise.all(peers.map((peer) => peer.do('change')));
    expect(outcomes).toEqual(['changed', 'changed', 'changed', 'locked_out']);
    expect((await counters.get('a.0'))?.value.count).toBe(1);
    expect(await Promise.all(peers.map((peer) => peer.end()))).toEqual([0, 0, 0, 0]);
    await store.close();
  });

  it('lose nothing acknowledged and leave nothing half-written when they are killed', async () => {
    const moments = [0, 0.1, 0.3, 0.6, 0.95];
    let round = 0;
    const moment = () => moments[round++ % moments.length] ?? 0;
    const counts = await killWriters({ url: SERVER_URL, rounds: moments.length, moment });
    expect(counts).toMatchObject({ rounds: moments.length, lost: 0, halves: 0 });
    expect(counts.acknowledged).toBeGreaterThanOrEqual(moments.length);
  });
});
