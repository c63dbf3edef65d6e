import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countdown, withSpinner } from '../src/index.ts';
import { type MemoryIo, type MemoryIoOptions, memoryIo } from '../src/testing.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function clocked(options: MemoryIoOptions = {}): MemoryIo {
  return memoryIo({ terminal: true, env: { NO_COLOR: '1' }, now: Date.now, ...options });
}

/** What a terminal shows in its line after all that was written to it. */
const line = (memory: MemoryIo): string => memory.stderr().split('\r\u001b[2K').at(-1) ?? '';

function work(): { task: () => Promise<string>; end: (error?: Error) => void } {
  let end: (error?: Error) => void = () => undefined;
  const promise = new Promise<string>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve('done'));
  });
  return { task: () => promise, end };
}

describe('a spinner', () => {
  it('shows nothing for work of less than half a second', async () => {
    const memory = clocked();
    const { task, end } = work();
    const working = withSpinner(memory.io, 'Stretching', task);
    await vi.advanceTimersByTimeAsync(499);
    end();
    expect(await working).toBe('done');
    await vi.advanceTimersByTimeAsync(5000);
    expect(memory.stderr()).toBe('');
  });

  it('moves while longer work lasts, and is gone after it', async () => {
    const memory = clocked();
    const { task, end } = work();
    const working = withSpinner(memory.io, 'Stretching', task);
    await vi.advanceTimersByTimeAsync(500);
    expect(line(memory)).toBe('⠋ Stretching');
    await vi.advanceTimersByTimeAsync(100);
    expect(line(memory)).toBe('⠙ Stretching');
    end();
    await working;
    expect(line(memory)).toBe('');
    const after = memory.stderr();
    await vi.advanceTimersByTimeAsync(5000);
    expect(memory.stderr()).toBe(after);
    expect(memory.stdout()).toBe('');
  });

  it('is gone when the work fails, and the error arrives', async () => {
    const memory = clocked();
    const { task, end } = work();
    const working = withSpinner(memory.io, 'Stretching', task);
    await vi.advanceTimersByTimeAsync(700);
    end(new Error('broken'));
    await expect(working).rejects.toThrow('broken');
    expect(line(memory)).toBe('');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('shows nothing without a terminal', async () => {
    const memory = clocked({ terminal: false });
    const { task, end } = work();
    const working = withSpinner(memory.io, 'Stretching', task);
    await vi.advanceTimersByTimeAsync(2000);
    end();
    await working;
    expect(memory.stderr()).toBe('');
  });

  it('never needs a second line, which could not be erased', async () => {
    const memory = clocked({ columns: 20 });
    const { task, end } = work();
    const working = withSpinner(memory.io, `山${'x'.repeat(50)}`, task);
    await vi.advanceTimersByTimeAsync(500);
    expect(line(memory)).toBe(`⠋ 山${'x'.repeat(14)}…`);
    end();
    await working;
  });
});

describe('a countdown', () => {
  it('shows the seconds that are left', async () => {
    const memory = clocked();
    const done = vi.fn();
    const until = Date.now() + 2500;
    const message = (left: number) => `Next code in ${left} s`;
    const counting = countdown(memory.io, { until, message }).then(done);
    expect(line(memory)).toBe('Next code in 3 s');
    await vi.advanceTimersByTimeAsync(500);
    expect(line(memory)).toBe('Next code in 2 s');
    await vi.advanceTimersByTimeAsync(1000);
    expect(line(memory)).toBe('Next code in 1 s');
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    await counting;
    expect(line(memory)).toBe('');
  });

  it('waits silently without a terminal', async () => {
    const memory = clocked({ terminal: false });
    const counting = countdown(memory.io, { until: Date.now() + 3000, message: String });
    await vi.advanceTimersByTimeAsync(3000);
    await counting;
    expect(memory.stderr()).toBe('');
  });

  it('is over at once when the moment is past', async () => {
    const memory = clocked();
    await countdown(memory.io, { until: Date.now() - 1, message: String });
    expect(memory.stderr()).toBe('');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with the interruption, and leaves no line and no timer', async () => {
    const memory = clocked();
    const counting = countdown(memory.io, { until: Date.now() + 60_000, message: String });
    memory.io.interrupt();
    await expect(counting).rejects.toMatchObject({ code: 'interrupted' });
    expect(line(memory)).toBe('');
    expect(vi.getTimerCount()).toBe(0);
    await expect(countdown(memory.io, { until: Date.now() + 9, message: String })).rejects.toMatchObject({
      code: 'interrupted',
    });
  });
});
