import { describe, expect, it } from 'vitest';
import { reportError } from '../src/errors/report-error.ts';
import { note, openPrompts, printFields, printLine, showsUnicode, warn } from '../src/index.ts';
import { memoryIo } from '../src/testing.ts';

const OUTSIDE = /[^\0-\x7f]/;

describe('a terminal', () => {
  it.each([
    [{}, true],
    [{ LANG: 'en_GB.UTF-8' }, true],
    [{ LC_ALL: 'C.utf8', LANG: 'C' }, true],
    [{ LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, false],
    [{ LANG: 'C' }, false],
    [{ LC_CTYPE: 'POSIX' }, false],
    [{ TERM: 'linux' }, false],
  ])('with %j shows characters outside ASCII: %s', (env, shows) => {
    expect(showsUnicode(env as Record<string, string>)).toBe(shows);
  });

  it('in the C locale gets only ASCII from messages, data and questions', async () => {
    const { io, keys, stdout, stderr } = memoryIo({ terminal: true, env: { LC_ALL: 'C' } });
    await printLine(io, 'Talking … ×');
    await printFields(io, [['Name', 'a…']]);
    note(io, '── it’s ──');
    warn(io, '…');
    reportError(io, new Error('…'));
    const prompts = openPrompts(io);
    const choosing = prompts.choose({
      message: 'Which …?',
      options: [
        { value: 'a', label: 'A' },
        { value: 'b', label: 'B' },
      ],
    });
    keys.write('2\r');
    expect(await choosing).toBe('b');
    const asking = prompts.secret({ message: 'Password' });
    keys.write('open sesame\r');
    await asking;
    prompts.close();
    expect(stdout() + stderr()).not.toMatch(OUTSIDE);
    expect(stdout()).toBe('Talking ... x\n  Name  a...\n');
  });

  it('in the C locale shows names unchanged, and a pipe everything', async () => {
    const terminal = memoryIo({ terminal: true, env: { LC_ALL: 'C' } });
    await printLine(terminal.io, 'Registered: zoë');
    expect(terminal.stdout()).toBe('Registered: zoë\n');
    const pipe = memoryIo({ env: { LC_ALL: 'C' } });
    await printLine(pipe.io, 'Talking …');
    expect(pipe.stdout()).toBe('Talking …\n');
  });
});

describe('data for a person', () => {
  it('is wrapped between words on a narrow terminal, with aligned values', async () => {
    const { io, stdout } = memoryIo({ terminal: true, columns: 40 });
    await printFields(io, [
      ['State', 'passwords wait until 2027-01-15 08:01 UTC'],
      ['Name', 'alice'],
    ]);
    expect(stdout()).toBe('  State  passwords wait until 2027-01-15\n         08:01 UTC\n  Name   alice\n');
  });

  it('is whole in a pipe, however narrow the terminal beside it', async () => {
    const { io, stdout } = memoryIo({ columns: 20 });
    await printLine(io, 'a line of many words that is longer than twenty', 4);
    expect(stdout()).toBe('a line of many words that is longer than twenty\n');
  });
});
