import { CURRENT_SUITE, startClient } from '@countersign/srp-core';
import { Connection, type Message } from '@countersign/wire-protocol';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../src/limits/limits.ts';
import { openBreakableStore } from './breakable-store.ts';
import { makeWorld, register, type World } from './world.ts';

/** The conversations are deterministic but for random values, so a few show their shapes; `npm run torture` has a thousand. */
const LOGINS = Number(process.env.COUNTERSIGN_ROUNDS ?? 25);

/** The frames of a conversation as an eavesdropper who can open TLS would see them, with what is random blanked. */
function seen(messages: readonly Message[]): string[] {
  const client = new Connection({ role: 'client' });
  const server = new Connection({ role: 'server' });
  return messages.map((message) => {
    const speaker = message.type === 'login.start' || message.type === 'login.proof' ? client : server;
    const frame = speaker.send(message);
    (speaker === client ? server : client).receive(frame);
    const text = new TextDecoder().decode(frame.subarray(4));
    return `${frame.length} ${text.replace(/"(A|B|M1|salt|binding)":"[^"]*"/g, '"$1":"…"')}`;
  });
}

/** One A serves all: the server judges a proof that is random anyway. */
const { A } = startClient({ group: CURRENT_SUITE.group });

/** What travels in one login with a wrong proof. */
async function failedLogin(world: World, username: string, n: number): Promise<string[]> {
  const peer = world.connect({ source: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` });
  const start = { type: 'login.start', username, suite: CURRENT_SUITE.name, A } as const;
  const M1 = crypto.getRandomValues(new Uint8Array(32));
  const proof = { type: 'login.proof', M1, binding: peer.binding } as const;
  return seen([start, await peer.ask(start), proof, await peer.ask(proof)]);
}

describe('logins of a known and of an unknown user', () => {
  it(`differ only in the name and in random values, ${LOGINS} times`, {
    timeout: 60_000 + 200 * LOGINS,
  }, async () => {
    const name = { ...DEFAULT_LIMITS.name, failures: 1_000_000 };
    const world = await makeWorld({ limits: { ...DEFAULT_LIMITS, name } });
    await register(world, 'alice');
    const conversations = new Set<string>();
    for (let n = 0; n < LOGINS; n++) {
      for (const username of ['alice', 'nobod']) {
        const frames = await failedLogin(world, username, n);
        expect(frames).toHaveLength(4);
        conversations.add(frames.join('\n').replaceAll(username, 'X'));
      }
    }
    expect([...conversations]).toHaveLength(1);
  });

  it('read the same number of records', async () => {
    const { store, disk } = await openBreakableStore();
    const world = await makeWorld({ store });
    await register(world, 'alice');
    const reads = { alice: [] as number[], nobod: [] as number[] };
    for (let n = 0; n < 10; n++) {
      for (const username of ['alice', 'nobod'] as const) {
        disk.reads = 0;
        await failedLogin(world, username, n);
        reads[username].push(disk.reads);
      }
    }
    // Now and then the store reads how often its key was used, whoever logs in.
    expect(Math.min(...reads.alice)).toBe(Math.min(...reads.nobod));
  });

  it('meet the same delays, at the pair and at the name', async () => {
    const name = { ...DEFAULT_LIMITS.name, failures: 20 };
    const world = await makeWorld({ limits: { ...DEFAULT_LIMITS, name } });
    await register(world, 'alice');
    const waits = { alice: [] as unknown[], nobod: [] as unknown[] };
    for (const username of ['alice', 'nobod'] as const) {
      for (let n = 0; n < 6; n++) waits[username].push(await world.connect().prove(username, 'open says me'));
      for (let n = 0; n <= name.failures; n++)
        waits[username].push(
          await world.connect({ source: `198.18.0.${n}` }).prove(username, 'open says me'),
        );
    }
    expect(waits.alice).toEqual(waits.nobod);
    expect(waits.alice.at(-1)).toMatchObject({ code: 'slow_down', retryAfter: 60 });
  });
});
