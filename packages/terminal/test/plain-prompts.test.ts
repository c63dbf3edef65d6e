/** Prompts, spinners and countdowns in plain lines, as for a screen reader. */
import { describe, expect, it } from 'vitest';
import { countdown, openPrompts } from '../src/index.ts';
import { type MemoryIo, memoryIo } from '../src/testing.ts';

/** Moves the cursor, erases or hides it. */
const DRAWING = '\u001b[';

function plainTerminal(now?: () => number): MemoryIo {
  const env = { COUNTERSIGN_PLAIN: '1', NO_COLOR: '1' };
  return memoryIo({ terminal: true, env, ...(now && { now }) });
}

describe('plain lines', () => {
  it('ask without drawing, show no secret, and repeat a question after a mistake', async () => {
    const { io, keys, stderr } = plainTerminal();
    const prompts = openPrompts(io);
    const validate = (text: string) => (text.length < 3 ? 'It is too short.' : undefined);
    const name = prompts.text({ message: 'User name', validate });
    keys.write('al\r');
    await expect.poll(stderr).toContain('It is too short.');
    keys.write('alice\r');
    expect(await name).toBe('alice');
    const password = prompts.secret({ message: 'Password' });
    keys.write('hunter2\r');
    expect(await password).toBe('hunter2');
    prompts.close();
    expect(stderr()).toContain('Password (not shown)');
    expect(stderr()).not.toContain('hunter2');
    expect(stderr()).not.toContain(DRAWING);
  });

  it('ask a menu by number, again after another answer', async () => {
    const { io, keys, stderr } = plainTerminal();
    const prompts = openPrompts(io);
    const options = [
      { value: 'register', label: 'Register' },
      { value: 'login', label: 'Log in' },
    ] as const;
    const choice = prompts.choose({ message: 'What do you want to do?', options });
    keys.write('7\r');
    await expect.poll(stderr).toContain('Expected 1 (register) or 2 (login).');
    keys.write('2\r');
    expect(await choice).toBe('login');
    prompts.close();
    expect(stderr()).not.toContain(DRAWING);
  });

  it('say once how long a countdown takes', async () => {
    let now = 0;
    const { io, stderr } = plainTerminal(() => (now += 600));
    await countdown(io, { until: 1500, message: (seconds) => `The next code is due in ${seconds} s` });
    expect(stderr()).toBe('The next code is due in 1 s\n');
  });
});
