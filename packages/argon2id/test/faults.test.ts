/** Hosts that lack something or compute incorrectly, simulated. */
import { beforeEach, expect, it, vi } from 'vitest';
import { argon2id } from '../src/index.ts';
import { type Implementation, inputOf } from '../src/input.ts';
import { portableArgon2id } from '../src/portable.ts';
import type { Thread } from '../src/thread.ts';

const host = vi.hoisted(() => ({
  argon2id: undefined as Implementation | undefined,
  startThread: (): Thread | undefined => undefined,
}));

vi.mock('../src/platform.ts', () => ({
  get hostArgon2id() {
    return host.argon2id;
  },
  startThread: () => host.startThread(),
}));

const wrong = new Uint8Array(32).fill(1);
let stopped = 0;
const answering = (answer: unknown) => (): Thread => ({
  answer: Promise.resolve(answer),
  stop: async () => {
    stopped += 1;
  },
});

beforeEach(() => {
  host.argon2id = undefined;
  host.startThread = () => undefined;
  stopped = 0;
});

/** Just above what is computed without a thread. */
const input = { password: Uint8Array.of(1), salt: new Uint8Array(8), cost: { m: 4104, t: 1, p: 1 } };

async function expectRightTag(): Promise<void> {
  expect(await argon2id(input)).toEqual(await portableArgon2id(inputOf(input), undefined));
}

it('computes in JavaScript if no thread starts', expectRightTag);

it('computes in JavaScript if the thread fails or ends without an answer, as when WebAssembly is forbidden', async () => {
  host.startThread = answering(undefined);
  await expectRightTag();
  expect(stopped).toBe(1);
});

it('rejects the tag of a thread that fails the known answer', async () => {
  for (const answer of [[wrong, wrong], [wrong], [], [undefined, wrong], 'tag']) {
    host.startThread = answering(answer);
    await expectRightTag();
  }
  expect(stopped).toBe(5);
});

it('rejects the tag of a host that fails the known answer or refuses Argon2id', async () => {
  host.argon2id = async () => wrong;
  await expectRightTag();
  host.argon2id = () => Promise.reject(new Error('not supported'));
  await expectRightTag();
});

it('refuses to compute if JavaScript fails the known answer too', async () => {
  vi.resetModules();
  vi.doMock('@noble/hashes/argon2.js', () => ({ argon2idAsync: async () => wrong }));
  const fresh = await import('../src/index.ts');
  await expect(fresh.argon2id(input)).rejects.toEqual(
    expect.objectContaining({ name: 'Argon2Error', code: 'self_test_failed' }),
  );
});
