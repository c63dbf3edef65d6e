import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportError } from '../src/errors/report-error.ts';
import { CliError, EXIT, note, wrapWords } from '../src/index.ts';
import { memoryIo } from '../src/testing.ts';

const PIN = `sha256:${'x'.repeat(43)}`;

describe('prose in a narrow terminal', () => {
  it.each([
    ['is broken between words', 'one two three', 7, ['one two', 'three']],
    ['that fits stays as it is', '  a   table  row', 16, ['  a   table  row']],
    ['keeps a pin whole that is too wide', `Its pin is ${PIN} now.`, 20, ['Its pin is', PIN, 'now.']],
    ['keeps its indent', '  one two three', 9, ['  one two', '  three']],
    ['keeps its own line ends', 'one\ntwo three', 5, ['one', 'two', 'three']],
    ['counts wide letters as two', '山山 山山', 8, ['山山', '山山']],
    [
      'keeps a command whole, to the end of its clause',
      'If so, run countersign servers forget [::1]:8443, and log in.',
      42,
      ['If so, run', 'countersign servers forget [::1]:8443, and', 'log in.'],
    ],
    [
      'keeps a command whole that no line can hold',
      '  Run: npm run client -- servers forget. Then log in.',
      14,
      ['  Run:', '  npm run client -- servers forget.', '  Then log in.'],
    ],
  ])('%s', (_what, text, width, lines) => {
    expect(wrapWords(text, width).split('\n')).toEqual(lines);
  });

  it('is indented under its value if that leaves room', () => {
    const line = 'Recovery codes  ten of them are left';
    expect(wrapWords(line, 36, 16)).toBe(line);
    expect(wrapWords(line, 35, 15)).toBe(`Recovery codes  ten of them are\n${' '.repeat(15)}left`);
    expect(wrapWords(line, 30, 16)).toBe('Recovery codes  ten of them\nare left');
  });

  it('keeps a bold command whole', () => {
    const command = '\u001b[1mnpx @countersign/cli-server invite create --data-dir /srv\u001b[22m';
    expect(wrapWords(`To invite  ${command}`, 40, 11)).toBe(
      `To invite \n${' '.repeat(11)}${command}`.replace(' \n', '\n'),
    );
  });

  it('is not made wider by colours', () => {
    expect(wrapWords('\u001b[33mone two\u001b[39m three', 13)).toBe('\u001b[33mone two\u001b[39m three');
  });

  it('loses no letter, and only a single long word is wider than the terminal', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-m.]{1,12}$/)), // no command of ours
        fc.integer({ min: 1, max: 40 }),
        (words, width) => {
          const wrapped = wrapWords(words.join(' '), width);
          expect(wrapped.split(/[ \n]/).filter(Boolean)).toEqual(words);
          for (const line of wrapped.split('\n'))
            if (line.includes(' ')) expect(line.length).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

describe('a message to a person', () => {
  const text = 'The server takes no registrations.';
  const refused = new CliError('x', EXIT.refused, text, 'Ask its administrator.');

  it('is wrapped on a terminal, notes and errors alike', () => {
    const { io, stderr } = memoryIo({ terminal: true, columns: 30, env: { NO_COLOR: '1' } });
    note(io, text);
    reportError(io, refused);
    expect(stderr().split('\n')).toEqual([
      'The server takes no',
      'registrations.',
      'Error: The server takes no',
      'registrations. Ask its',
      'administrator.',
      '',
    ]);
  });

  it('has lines of its own on a terminal, which are one everywhere else', () => {
    const error = new CliError('x', EXIT.untrusted, 'Two pins:\n  one\n  two\nAsk.');
    const terminal = memoryIo({ terminal: true, env: { NO_COLOR: '1' } });
    reportError(terminal.io, error);
    expect(terminal.stderr()).toBe('Error: Two pins:\n  one\n  two\nAsk.\n');
    const pipe = memoryIo();
    reportError(pipe.io, error, { json: true });
    expect(pipe.stderr()).toBe('Error: Two pins: one two Ask.\n');
    expect(JSON.parse(pipe.stdout())).toMatchObject({ message: 'Two pins: one two Ask.' });
  });

  it('stays one line in a pipe, and one object a line for programs', () => {
    const { io, stdout, stderr } = memoryIo({ columns: 30 });
    note(io, text);
    reportError(io, refused, { json: true });
    expect(stderr()).toBe(`${text}\nError: ${text} Ask its administrator.\n`);
    expect(JSON.parse(stdout())).toMatchObject({ message: text });
  });
});
