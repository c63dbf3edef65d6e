import { settings } from '@clack/prompts';
import { afterEach, describe, expect, it } from 'vitest';
import { openPrompts, type Prompts } from '../src/index.ts';
import { type MemoryIo, memoryIo } from '../src/testing.ts';

const ESC = '\u001b';
const noPassword = (text: string) => (text.length < 8 ? 'At least 8 characters.' : undefined);
const MENU = {
  message: 'What?',
  options: [
    { value: 'register', label: 'Register' },
    { value: 'login', label: 'Log in' },
    { value: 'quit', label: 'Quit', hint: 'or Ctrl-C' },
  ],
} as const;

const opened: Prompts[] = [];
afterEach(() => {
  for (const prompts of opened.splice(0)) prompts.close();
});

function open(memory: MemoryIo): Prompts {
  const prompts = openPrompts(memory.io);
  opened.push(prompts);
  return prompts;
}

/** Types as soon as stderr shows `text`. */
async function typeAt(memory: MemoryIo, text: string, keys: string): Promise<void> {
  await expect.poll(() => memory.stderr(), { interval: 5 }).toContain(text);
  memory.keys.write(keys);
}

describe('questions on a terminal', () => {
  it('are drawn on stderr, never on stdout', async () => {
    const memory = memoryIo({ terminal: true });
    const asked = open(memory).text({ message: 'User name' });
    await typeAt(memory, 'User name', 'alice\r');
    expect(await asked).toBe('alice');
    expect(memory.stdout()).toBe('');
  });

  it('show nothing of a secret, not even its length', async () => {
    const shown = await Promise.all(
      ['correct horse', 'x'.repeat(60)].map(async (secret) => {
        const memory = memoryIo({ terminal: true });
        const asked = open(memory).secret({ message: 'Password' });
        await typeAt(memory, 'Password', secret.slice(0, 5));
        memory.keys.write(`${secret.slice(5)}\r`);
        expect(await asked).toBe(secret);
        return memory.stderr();
      }),
    );
    expect(shown[0]).toBe(shown[1]);
    expect(shown[0]).not.toContain('corr');
  });

  it('clear a rejected secret and show nothing of it', async () => {
    const memory = memoryIo({ terminal: true });
    const asked = open(memory).secret({ message: 'Password', validate: noPassword });
    await typeAt(memory, 'Password', 'zq1\r');
    await typeAt(memory, 'At least 8', 'zq345678\r');
    expect(await asked).toBe('zq345678');
    expect(memory.stderr()).not.toContain('zq');
  });

  it('accept every printable character in a secret', async () => {
    const secret = ' \u00e5 n\u0303 \ud83d\udd11 hjkl yn "\\ end ';
    const memory = memoryIo({ terminal: true });
    const asked = open(memory).secret({ message: 'Password' });
    await typeAt(memory, 'Password', `${secret}\r`);
    expect(await asked).toBe(secret);
    expect(memory.stderr()).not.toContain('end');
  });

  it('drop control characters from answers, and invisible characters from text', async () => {
    const memory = memoryIo({ terminal: true });
    const prompts = open(memory);
    memory.keys.write('a\u0000l\u001ai\u001cc\u009b\u202ee\u200b\r1\u001c2\u009b3\u200d4\r');
    expect(await prompts.text({ message: 'User name' })).toBe('alice');
    expect(await prompts.secret({ message: 'Password' })).toBe('123\u200d4');
    expect(memory.stderr()).not.toContain('\u202e');
  });

  it('refuse input of a terminal that is not UTF-8', async () => {
    const memory = memoryIo({ terminal: true });
    const asked = open(memory).secret({ message: 'Password' });
    memory.keys.write(Buffer.from([0x70, 0xe9, 0x0d]));
    await typeAt(memory, 'does not send UTF-8', 'pé\r');
    expect(await asked).toBe('pé');
    const dumb = memoryIo({ terminal: true, env: { TERM: 'dumb' } });
    dumb.keys.write(Buffer.from([0x70, 0xe9, 0x0d]));
    await expect(open(dumb).secret({ message: 'Password' })).rejects.toMatchObject({ code: 'bad_input' });
  });

  it('let rejected text be corrected', async () => {
    const memory = memoryIo({ terminal: true });
    const asked = open(memory).text({ message: 'Password', validate: noPassword });
    await typeAt(memory, 'Password', 'open\r');
    await typeAt(memory, 'At least 8', ' sesame\r');
    expect(await asked).toBe('open sesame');
  });

  it('keep text that was typed ahead for its questions, and show no secret', async () => {
    const memory = memoryIo({ terminal: true });
    const prompts = open(memory);
    memory.keys.write('2\ralice\u2028first secret\nsec');
    expect(await prompts.choose(MENU)).toBe('login');
    expect(await prompts.text({ message: 'User name' })).toBe('alice');
    expect(await prompts.secret({ message: 'Password' })).toBe('first secret');
    memory.keys.write('ond secret\r\n');
    expect(await prompts.secret({ message: 'Password again' })).toBe('second secret');
    expect(memory.stderr()).not.toMatch(/first|sec/);
  });

  it('are put one after the other when asked at once', async () => {
    const memory = memoryIo({ terminal: true });
    const prompts = open(memory);
    const answers = Promise.all([prompts.text({ message: 'One' }), prompts.secret({ message: 'Two' })]);
    memory.keys.write('1\r2\r');
    expect(await answers).toEqual(['1', '2']);
    expect(memory.stderr().indexOf('Two')).toBeGreaterThan(memory.stderr().indexOf('One'));
  });

  it('keep the terminal in raw mode until they are closed, and restore it once', async () => {
    const memory = memoryIo({ terminal: true });
    const prompts = open(memory);
    expect(memory.rawModes).toEqual([]);
    memory.keys.write('1\r2\r');
    await prompts.text({ message: 'One' });
    await prompts.text({ message: 'Two' });
    expect(memory.rawModes).toEqual([true]);
    prompts.close();
    prompts.close();
    expect(memory.rawModes).toEqual([true, false]);
    expect(memory.keys.isPaused()).toBe(true);
    memory.keys.write('3\r');
    expect(await prompts.text({ message: 'Three' })).toBe('3');
    expect(memory.rawModes).toEqual([true, false, true]);
  });

  it('leave no listener behind', async () => {
    const memory = memoryIo({ terminal: true });
    const prompts = open(memory);
    const exits = process.listenerCount('exit');
    memory.keys.write('1\r2\r');
    await prompts.text({ message: 'One' });
    await prompts.secret({ message: 'Two' });
    prompts.close();
    expect(process.listenerCount('exit')).toBe(exits);
    expect(memory.io.stderr.listenerCount('resize')).toBe(0);
    expect(memory.keys.listenerCount('data')).toBe(0);
  });

  it('end with Ctrl-C, at a question and between two', async () => {
    const memory = memoryIo({ terminal: true });
    const prompts = open(memory);
    memory.keys.write('alice\r');
    await prompts.text({ message: 'User name' });
    memory.keys.write('typed\u0003');
    await expect.poll(() => memory.io.signal.aborted, { interval: 5 }).toBe(true);
    await expect(prompts.text({ message: 'Next' })).rejects.toMatchObject({ code: 'interrupted', exit: 130 });

    const second = memoryIo({ terminal: true });
    const asked = open(second).secret({ message: 'Password' });
    await typeAt(second, 'Password', 'half a pass\u0003');
    await expect(asked).rejects.toMatchObject({ code: 'interrupted', exit: 130 });
    expect(second.stderr()).not.toContain('half');
    expect(second.stderr().endsWith(`${ESC}[?25h`)).toBe(true);
    expect(second.left).toEqual([]);
    second.keys.write('\u0003');
    await expect.poll(() => second.left.length, { interval: 5 }).toBe(1);
  });

  it('end with the reason of a signal', async () => {
    const memory = memoryIo({ terminal: true });
    const asked = open(memory).text({ message: 'User name' });
    await expect.poll(() => memory.stderr(), { interval: 5 }).toContain('User name');
    memory.io.interrupt();
    await expect(asked).rejects.toBe(memory.io.signal.reason);
  });

  it.each([
    ['Ctrl-D', (memory: MemoryIo) => memory.keys.write('ali\u0004')],
    ['a terminal that went away', (memory: MemoryIo) => memory.keys.end()],
  ])('treat %s as the end of input', async (_what, end) => {
    const memory = memoryIo({ terminal: true });
    const prompts = open(memory);
    const asked = prompts.text({ message: 'User name' });
    await expect.poll(() => memory.stderr(), { interval: 5 }).toContain('User name');
    end(memory);
    await expect(asked).rejects.toMatchObject({ code: 'end_of_input', exit: 2 });
    if (!memory.keys.readableEnded) memory.keys.write('alice\r');
    const next = prompts.text({ message: 'Next' });
    if (memory.keys.readableEnded) await expect(next).rejects.toMatchObject({ code: 'end_of_input' });
    else expect(await next).toBe('alice');
  });

  it('are not cancelled by Escape, which begins every arrow key', async () => {
    const memory = memoryIo({ terminal: true });
    memory.keys.write('a\r');
    await open(memory).text({ message: 'User name' });
    expect([...settings.aliases].filter(([, action]) => action === 'cancel')).toEqual([['\u0003', 'cancel']]);
  });

  it.each([
    ['Enter for the first', '\r', 'register'],
    ['a number and Enter', '2\r', 'login'],
    ['a number that is not a choice', '9\r', 'register'],
    ['arrows', `${ESC}[B${ESC}[B\r`, 'quit'],
    ['application arrows', `${ESC}OB\r`, 'login'],
    ['arrows round the end', `${ESC}[A\r`, 'quit'],
    ['arrows and numbers in turn', `3${ESC}[A${ESC}[B${ESC}[B2${ESC}[B\r`, 'quit'],
    ['letters', 'jjk\r', 'login'],
    ['an unknown key', `${ESC}[5~${ESC}[B\r`, 'login'],
  ])('choose by %s', async (_how, keys, expected) => {
    const memory = memoryIo({ terminal: true });
    memory.keys.write(keys);
    expect(await open(memory).choose(MENU)).toBe(expected);
  });

  it('choose by an arrow key that arrives in pieces', async () => {
    const memory = memoryIo({ terminal: true });
    const asked = open(memory).choose(MENU);
    await typeAt(memory, 'Quit', ESC);
    await new Promise(setImmediate);
    memory.keys.write('[');
    await new Promise(setImmediate);
    memory.keys.write('B\r');
    expect(await asked).toBe('login');
  });

  it('remove escape sequences from messages', async () => {
    const memory = memoryIo({ terminal: true });
    memory.keys.write('a\r');
    await open(memory).text({ message: `Trust ${ESC}]0;title\u0007 \u202epin` });
    expect(memory.stderr()).toContain('Trust ]0;title pin');
  });
});

describe('questions on a terminal that cannot be drawn on', () => {
  const dumb = (): MemoryIo => memoryIo({ terminal: true, env: { TERM: 'dumb' } });

  it('echo text, but not secrets', async () => {
    const memory = dumb();
    const prompts = open(memory);
    memory.keys.write('alicf\u007fe\ropen x\u0015sesame\r');
    expect(await prompts.text({ message: 'User name' })).toBe('alice');
    expect(await prompts.secret({ message: 'Password' })).toBe('sesame');
    expect(memory.stderr()).toBe('User name: alicf\b \be\nPassword: \n');
    prompts.close();
    expect(memory.rawModes).toEqual([true, false]);
  });

  it('drop special keys and controls from the answer', async () => {
    const memory = dumb();
    memory.keys.write(`a${ESC}[A${ESC}OB\u0000\u001c\u009bb🔑\u007f\r`);
    expect(await open(memory).text({ message: 'User name' })).toBe('ab');
  });

  it('show the choices', async () => {
    const memory = dumb();
    memory.keys.write('2\r');
    expect(await open(memory).choose(MENU)).toBe('login');
    expect(memory.stderr()).toBe('What?\n1  Register\n2  Log in\n3  Quit\n1 to 3: 2\n');
  });

  it('end with Ctrl-C and Ctrl-D', async () => {
    const first = dumb();
    const asked = open(first).secret({ message: 'Password' });
    first.keys.write('half\u0003');
    await expect(asked).rejects.toMatchObject({ code: 'interrupted' });
    const second = dumb();
    second.keys.write('half\u0004');
    await expect(open(second).secret({ message: 'Password' })).rejects.toMatchObject({
      code: 'end_of_input',
    });
    expect(first.stderr() + second.stderr()).not.toContain('half');
  });
});
