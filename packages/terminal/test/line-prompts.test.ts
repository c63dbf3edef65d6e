import { describe, expect, it } from 'vitest';
import { confirm, openPrompts } from '../src/index.ts';
import { memoryIo } from '../src/testing.ts';

const isName = (text: string) => (text.length < 4 ? 'At least 4 characters.' : undefined);

describe('questions without a terminal', () => {
  it('are answered by lines in the order of the questions', async () => {
    const { io } = memoryIo({ input: 'alice\nyes\nopen sesame\n123456\n' });
    const prompts = openPrompts(io);
    expect(await prompts.text({ message: 'User name' })).toBe('alice');
    expect(await prompts.text({ message: 'Type yes' })).toBe('yes');
    expect(await prompts.secret({ message: 'Password' })).toBe('open sesame');
    expect(await prompts.text({ message: 'Code' })).toBe('123456');
  });

  it('are answered in order when all are asked before anything arrives', async () => {
    const { io, keys } = memoryIo();
    const prompts = openPrompts(io);
    const answers = Promise.all([
      prompts.text({ message: 'User name' }),
      prompts.secret({ message: 'Password' }),
      prompts.secret({ message: 'Password again' }),
    ]);
    keys.write('alice\nfirst\nsec');
    keys.end('ond');
    expect(await answers).toEqual(['alice', 'first', 'second']);
  });

  it.each([
    ['a byte at a time', 1],
    ['three bytes at a time', 3],
    ['all at once', 1000],
  ])('read lines that arrive %s', async (_how, size) => {
    const { io, keys } = memoryIo();
    const prompts = openPrompts(io);
    const bytes = Buffer.from('ålice\r\npässwörd 🔑\n\n last ');
    for (let at = 0; at < bytes.length; at += size) keys.write(bytes.subarray(at, at + size));
    keys.end();
    const answers = [];
    for (let count = 0; count < 4; count += 1) answers.push(await prompts.text({ message: 'Line' }));
    expect(answers).toEqual(['ålice', 'pässwörd 🔑', '', ' last ']);
  });

  it.each([
    ['another line', 'alice\nyes\n', true],
    ['an empty line', 'alice\n\n', true],
    ['the beginning of another line', 'alice\ny', true],
    ['no line', 'alice\n', false],
    ['no line end', 'alice', false],
  ])('are too many when %s has arrived', async (_what, input, tooMany) => {
    const prompts = openPrompts(memoryIo({ input }).io);
    await prompts.text({ message: 'User name' });
    expect(await prompts.hasMore()).toBe(tooMany);
    const surplus = {
      code: 'surplus_input',
      exit: 2,
      message: 'Standard input has one line too many, after the answer to: User name.',
    };
    if (tooMany) await expect(prompts.done()).rejects.toMatchObject(surplus);
    else await prompts.done();
  });

  it('do not wait for a surplus line on a silent standard input', async () => {
    const { io, keys } = memoryIo();
    const prompts = openPrompts(io);
    keys.write('alice\n');
    await prompts.text({ message: 'User name' });
    await prompts.done();
    keys.write('late\n');
    await expect(prompts.done()).rejects.toMatchObject({ code: 'surplus_input' });
  });

  it('do not touch standard input if nothing was asked: it may be for another program', async () => {
    const { io, keys } = memoryIo({ input: 'for another program\n' });
    await openPrompts(io).done();
    expect(String(keys.read())).toBe('for another program\n');
  });

  it('strip one line end and nothing else', async () => {
    const { io } = memoryIo({ input: '\ufeff a\tb \r\r\n\u0000\u0085\n' });
    const prompts = openPrompts(io);
    expect(await prompts.secret({ message: 'Password' })).toBe('\ufeff a\tb \r');
    expect(await prompts.secret({ message: 'Password' })).toBe('\u0000\u0085');
  });

  it('are named when input ends', async () => {
    const { io } = memoryIo({ input: 'alice\n' });
    const prompts = openPrompts(io);
    const [name, password, again] = await Promise.allSettled([
      prompts.text({ message: 'User name' }),
      prompts.secret({ message: 'Password' }),
      prompts.secret({ message: 'Password again' }),
    ]);
    expect(name).toEqual({ status: 'fulfilled', value: 'alice' });
    expect(password).toMatchObject({
      reason: { code: 'end_of_input', exit: 2, message: expect.stringMatching(/Password\.$/) },
    });
    expect(again).toMatchObject({
      reason: { code: 'end_of_input', exit: 2, message: expect.stringMatching(/Password again\.$/) },
    });
  });

  it('refuse an invalid line instead of reading the next one for the same question', async () => {
    const { io } = memoryIo({ input: 'al\nopen sesame\n' });
    const prompts = openPrompts(io);
    await expect(prompts.text({ message: 'User name', validate: isName })).rejects.toMatchObject({
      code: 'bad_input',
      exit: 2,
      message: 'At least 4 characters. (asked for: User name)',
    });
  });

  it('refuse bytes that are not UTF-8, and never show them', async () => {
    const { io, stderr, stdout } = memoryIo({ input: Buffer.from([0x68, 0xff, 0x0a]) });
    const refused = openPrompts(io).secret({ message: 'Password' });
    await expect(refused).rejects.toMatchObject({
      code: 'bad_input',
      message: expect.stringMatching(/not valid UTF-8/),
    });
    expect(stdout() + stderr()).toBe('');
  });

  it.each([
    ['with its end', `${'x'.repeat(4097)}\nnext\n`],
    ['without an end', 'x'.repeat(100_000)],
  ])('refuse a line that is too long, %s, and everything after it', async (_how, input) => {
    const prompts = openPrompts(memoryIo({ input }).io);
    const problem = { code: 'bad_input', message: expect.stringMatching(/longer than 4096 bytes/) };
    await expect(prompts.text({ message: 'User name' })).rejects.toMatchObject(problem);
    await expect(prompts.text({ message: 'User name' })).rejects.toMatchObject(problem);
  });

  it('accept the longest allowed line', async () => {
    const longest = 'x'.repeat(4096);
    const { io } = memoryIo({ input: `${longest}\r\n${longest}` });
    const prompts = openPrompts(io);
    expect(await prompts.text({ message: 'Line' })).toBe(longest);
    expect(await prompts.text({ message: 'Line' })).toBe(longest);
  });

  it('end with the reason of the interruption, and leave the line to the next caller', async () => {
    const { io } = memoryIo();
    const prompts = openPrompts(io);
    const waiting = prompts.text({ message: 'User name' });
    io.interrupt();
    await expect(waiting).rejects.toMatchObject({ code: 'interrupted', exit: 130 });
    await expect(prompts.text({ message: 'User name' })).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('say so when standard input cannot be read', async () => {
    const { io, keys } = memoryIo();
    const waiting = openPrompts(io).text({ message: 'User name' });
    keys.destroy(new Error('EISDIR'));
    await expect(waiting).rejects.toMatchObject({ code: 'input_unreadable', exit: 2 });
  });

  it('read no more of an endless input than was asked for', async () => {
    const { io, keys } = memoryIo();
    const prompts = openPrompts(io);
    const first = prompts.text({ message: 'Line' });
    while (keys.write('y\n'.repeat(1000)));
    expect(await first).toBe('y');
    expect(keys.isPaused()).toBe(true);
    expect(keys.readableLength).toBeGreaterThan(0);
  });

  it.each([
    ['its number', '2'],
    ['its value', 'login'],
    ['spaces around', ' 2 '],
  ])('choose by %s', async (_how, line) => {
    const question = {
      message: 'What?',
      options: [
        { value: 'register', label: 'Register' },
        { value: 'login', label: 'Log in' },
      ],
    } as const;
    expect(await openPrompts(memoryIo({ input: line }).io).choose(question)).toBe('login');
    await expect(openPrompts(memoryIo({ input: '3' }).io).choose(question)).rejects.toMatchObject({
      message: 'Expected 1 (register) or 2 (login). (asked for: What?)',
    });
  });

  it.each(['Yes', 'y', '', 'yes please'])('do not accept %j as yes', async (line) => {
    const { io } = memoryIo({ input: `${line}\n` });
    const confirmed = confirm(io, openPrompts(io), { message: 'Type yes', expected: 'yes' });
    await expect(confirmed).rejects.toMatchObject({ code: 'not_confirmed' });
  });
});
