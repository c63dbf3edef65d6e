import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type Argon2Options, argon2id } from '../src/index.ts';
import { inputOf } from '../src/input.ts';
import { hostArgon2id } from '../src/platform.ts';
import { webAssemblyArgon2id } from '../src/webassembly.ts';
import { hex, VECTORS } from './vectors.ts';

const password = new TextEncoder().encode('correct horse');
const salt = new Uint8Array(16).fill(7);
/** Takes at least a second with any implementation. */
const LONG: Argon2Options = { password, salt, cost: { m: 262_144, t: 4, p: 1 } };
/** More than is computed without a thread. */
const MIDDLE: Argon2Options = { password, salt, cost: { m: 4104, t: 1, p: 1 } };

it.each(VECTORS.filter(({ id }) => id.startsWith('rfc9106')))(
  'computes $id with the implementation of this host',
  async ({ input, tag }) => {
    expect(hex(await argon2id(input()))).toBe(tag);
  },
);

it('does not modify the caller’s bytes, and is not affected when they change', async () => {
  const own = Uint8Array.from(password);
  const tag = argon2id({ ...MIDDLE, password: own });
  own.fill(0);
  expect(await tag).toEqual(await argon2id(MIDDLE));
  const given = Buffer.from(password);
  await argon2id({ ...MIDDLE, password: given });
  expect(given).toEqual(Buffer.from(password));
});

describe('a signal', () => {
  const reason = new Error('enough');

  it('ends the thread at once, in the middle of its work', async () => {
    const short = { ...inputOf(MIDDLE), cost: { m: 65_536, t: 3, p: 4 } };
    const whole = await processorTime(() => webAssemblyArgon2id(short, undefined));

    const controller = new AbortController();
    const aborted = await processorTime(async () => {
      const before = process.cpuUsage();
      const timer = setInterval(() => {
        if (timeSince(before) > whole / 2) controller.abort(reason);
      }, 1);
      await expect(webAssemblyArgon2id(inputOf(LONG), controller.signal)).rejects.toBe(reason);
      clearInterval(timer);
    });
    // LONG takes more than five times as much work.
    expect(aborted).toBeGreaterThan(whole / 2);
    expect(aborted).toBeLessThan(2 * whole);
  });

  it('lets the next computation start', async () => {
    const controller = new AbortController();
    const first = argon2id({ ...LONG, signal: controller.signal });
    const second = argon2id(MIDDLE);
    controller.abort(reason);
    await expect(first).rejects.toBe(reason);
    expect(await second).toHaveLength(32);
  });

  it('ends the wait for a turn, and a waiting computation never starts', async () => {
    const ending = new AbortController();
    const waiting = new AbortController();
    const first = argon2id({ ...LONG, signal: ending.signal });
    const second = argon2id({ ...LONG, signal: waiting.signal });
    waiting.abort(reason);
    await expect(second).rejects.toBe(reason);
    ending.abort(reason);
    await expect(first).rejects.toBe(reason);
  });

  it('that has already aborted prevents the computation', async () => {
    await expect(argon2id({ ...LONG, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('can abort after the tag was computed', async () => {
    const controller = new AbortController();
    const tag = await argon2id({ ...MIDDLE, signal: controller.signal });
    controller.abort(reason);
    expect(tag).toHaveLength(32);
  });
});

it('computes large inputs one at a time, so that ten need no more memory than one', async () => {
  let running = 0;
  let most = 0;
  const onWorker = (worker: Worker) => {
    running += 1;
    most = Math.max(most, running);
    worker.once('exit', () => {
      running -= 1;
    });
  };
  process.on('worker', onWorker);
  await Promise.all(Array.from({ length: 10 }, () => argon2id(MIDDLE)));
  process.off('worker', onWorker);
  expect(most).toBe(hostArgon2id ? 0 : 1);
  expect(running).toBe(0);
});

describe('the arguments', () => {
  it.each<[string, Partial<Record<keyof Argon2Options, unknown>>, ErrorConstructor]>([
    ['a password that is text', { password: 'correct horse' }, TypeError],
    ['a salt of seven bytes', { salt: new Uint8Array(7) }, RangeError],
    ['less than 8 KiB a lane', { cost: { m: 31, t: 1, p: 4 } }, RangeError],
    ['no pass', { cost: { m: 8, t: 0, p: 1 } }, RangeError],
    ['no lane', { cost: { m: 8, t: 1, p: 0 } }, RangeError],
    ['half a KiB', { cost: { m: 8.5, t: 1, p: 1 } }, RangeError],
    ['numbers as text', { cost: { m: '8', t: 1, p: 1 } }, TypeError],
    ['a tag of three bytes', { length: 3 }, RangeError],
    ['a tag of 1,025 bytes', { length: 1025 }, RangeError],
  ])('refuse %s', async (_what, wrong, error) => {
    await expect(argon2id({ ...MIDDLE, ...wrong } as Argon2Options)).rejects.toThrow(error);
  });
});

async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return timeSince(before);
}

/** CPU time of all threads, in microseconds. */
function timeSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
