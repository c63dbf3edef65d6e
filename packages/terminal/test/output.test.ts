import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportError } from '../src/errors/report-error.ts';
import {
  CliError,
  counted,
  duration,
  EXIT,
  moment,
  note,
  printJson,
  printLine,
  printTable,
  relative,
  styleFor,
} from '../src/index.ts';
import { formatTable } from '../src/output/table.ts';
import { createIo } from '../src/program/io.ts';
import { memoryIo } from '../src/testing.ts';

const HOSTILE = 'a\u001b]0;x\u0007\u202eb\r';

describe('printing', () => {
  it('puts data on stdout and all else on stderr, without escape sequences', async () => {
    const { io, stdout, stderr } = memoryIo();
    await printLine(io, `row ${HOSTILE}`);
    await printJson(io, { name: HOSTILE });
    note(io, `note ${HOSTILE}`);
    expect(stdout()).toBe('row a]0;xb\n{"name":"a\\u001b]0;x\\u0007\\u202eb\\r"}\n');
    expect(stderr()).toBe('note a]0;xb\n');
  });

  it('waits for a slow reader until the interruption', async () => {
    const slow = new Writable({ highWaterMark: 1, write: () => undefined });
    const { io } = memoryIo();
    const over = createIo({ ...io, stdout: slow, leave: () => undefined });
    const printing = printLine(over, 'something');
    over.interrupt();
    await expect(printing).rejects.toMatchObject({ code: 'interrupted' });
  });
});

describe('an error at the end of a run', () => {
  const refused = new CliError('name_taken', EXIT.refused, 'This name is taken.', 'Choose another one.');

  it('is one line on stderr and its exit code', () => {
    const { io, stdout, stderr } = memoryIo();
    expect(reportError(io, refused)).toBe(3);
    expect(stderr()).toBe('Error: This name is taken. Choose another one.\n');
    expect(stdout()).toBe('');
  });

  it('is also an object on stdout for programs', () => {
    const { io, stdout } = memoryIo();
    expect(reportError(io, refused, { json: true })).toBe(3);
    expect(JSON.parse(stdout())).toEqual({
      event: 'error',
      code: 'name_taken',
      message: 'This name is taken.',
      hint: 'Choose another one.',
    });
  });

  it.each(['interrupted', 'terminated', 'hungUp', 'outputClosed'] as const)(
    'needs no words when %s',
    (name) => {
      const { io, stderr } = memoryIo({ terminal: true });
      const error = new CliError(name, EXIT[name], 'Interrupted.');
      expect(reportError(io, error)).toBe(EXIT[name]);
      expect(stderr()).toBe('');
    },
  );

  it('prints nothing on a stdout that is closed', () => {
    const { io, stdout } = memoryIo();
    const closed = new CliError('output_closed', EXIT.outputClosed, 'Output closed.');
    expect(reportError(io, closed, { json: true })).toBe(141);
    expect(stdout()).toBe('');
  });

  it.each([
    [new TypeError(`bad ${HOSTILE}\nline`), 'TypeError: bad a]0;xb line'],
    ['thrown text', 'thrown text'],
    [undefined, 'undefined'],
    [new AggregateError([], ''), 'AggregateError'],
  ])('is reported as a bug when it is unexpected: %s', (error, shown) => {
    const { io, stderr } = memoryIo();
    expect(reportError(io, error)).toBe(1);
    expect(stderr()).toMatch(/^Error: Unexpected error: [^\n]*\n$/);
    expect(stderr()).toContain(`Unexpected error: ${shown} Run it again`);
  });

  it('shows its stack with COUNTERSIGN_TRACE=1', () => {
    const { io, stderr } = memoryIo({ env: { COUNTERSIGN_TRACE: '1' } });
    reportError(io, new TypeError('broken'));
    expect(stderr()).toMatch(/TypeError: broken\n +at .*output\.test\.ts/);
    const known = memoryIo({ env: { COUNTERSIGN_TRACE: '1' } });
    const cause = new RangeError('the cause');
    reportError(known.io, new CliError('x', 7, 'Broken.', undefined, cause));
    expect(known.stderr()).toMatch(/^Error: Broken\.\nRangeError: the cause\n +at /);
  });

  it('is red on a terminal', () => {
    const { io, stderr } = memoryIo({ terminal: true });
    reportError(io, refused);
    expect(stderr()).toContain('\u001b[31mError:\u001b[39m This name');
  });
});

describe('colours', () => {
  it.each([
    ['a terminal', { terminal: true }, '\u001b[1mx\u001b[22m'],
    ['a terminal under NO_COLOR', { terminal: true, env: { NO_COLOR: '1' } }, 'x'],
    ['a terminal under an empty NO_COLOR', { terminal: true, env: { NO_COLOR: '' } }, '\u001b[1mx\u001b[22m'],
    ['a dumb terminal', { terminal: true, env: { TERM: 'dumb' } }, 'x'],
    ['a pipe', {}, 'x'],
  ])('on %s', (_where, options, expected) => {
    const { io } = memoryIo(options);
    expect(styleFor(io.stdout, io.env).bold('x')).toBe(expected);
  });
});

describe('a table', () => {
  const rows = [
    ['alice', 3, 'active'],
    ['山田太郎', 12, HOSTILE],
  ];

  it('has columns as wide as their cells on a terminal, numbers to the right', () => {
    expect(formatTable({ head: ['Name', 'Failures', 'State'], rows })).toBe(
      ['Name      Failures  State', 'alice            3  active', '山田太郎        12  a]0;xb'].join('\n'),
    );
  });

  it('cuts the widest column to the width of the terminal', () => {
    const table = formatTable({ head: ['Name', 'Id'], rows: [['x'.repeat(100), 'abcdef']], width: 30 });
    expect(table.split('\n')).toEqual([`Name${' '.repeat(20)}Id`, `${'x'.repeat(21)}…  abcdef`]);
    const wide = formatTable({ head: ['Name'], rows: [['山'.repeat(20)]], width: 10 });
    expect(wide.split('\n')[1]).toBe('山山山山…');
  });

  it('is fitted to a terminal with a bold head, and printed whole elsewhere', async () => {
    const long = { head: ['Name', 'Id'], rows: [['x'.repeat(40), 'abcdef']] };
    const terminal = memoryIo({ terminal: true, columns: 20 });
    await printTable(terminal.io, long);
    const [head, row] = terminal.stdout().split('\n');
    expect(head).toBe('\u001b[1mName          Id\u001b[22m');
    expect(row).toBe(`${'x'.repeat(11)}…  abcdef`);
    const pipe = memoryIo({ columns: 20 });
    await printTable(pipe.io, long);
    expect(pipe.stdout()).toContain(`${'x'.repeat(40)}  abcdef\n`);
    const unknown = memoryIo({ terminal: true, columns: 0 });
    await printTable(unknown.io, long);
    expect(unknown.stdout()).toContain(`${'x'.repeat(40)}  abcdef\n`);
    const none = memoryIo({ terminal: true });
    await printTable(none.io, { head: ['Name'], rows: [] });
    expect(none.stdout()).toBe('\u001b[1mName\u001b[22m\n');
  });

  it('leaves out spare columns in order before it cuts others, and never cuts the kept one', () => {
    const name = 'n'.repeat(20);
    const table = (width?: number) =>
      formatTable({
        head: ['Name', 'State', 'Made', 'Left'],
        rows: [[name, 'waits until tomorrow', 'long ago', 3]],
        keep: 'Name',
        spare: ['Left', 'Made'],
        ...(width === undefined ? {} : { width }),
      }).split('\n')[1];
    expect(table()).toBe(`${name}  waits until tomorrow  long ago     3`);
    expect(table(58)).toBe(`${name}  waits until tomorrow  long ago     3`);
    expect(table(57)).toBe(`${name}  waits until tomorrow  long ago`);
    expect(table(51)).toBe(`${name}  waits until tomorrow`);
    expect(table(30)).toBe(`${name}  waits u…`);
    expect(table(10)).toBe(`${name}  waits…`);
  });

  it('survives a terminal that is too narrow for any table, missing cells and no rows', () => {
    expect(formatTable({ head: ['One', 'Two'], rows: [['longer cell']], width: 3 })).toContain('longe…');
    expect(formatTable({ head: ['One', 'Two'], rows: [] })).toBe('One  Two');
    const many = Array.from({ length: 200_000 }, (_, index) => [index]);
    expect(
      formatTable({ head: ['N'], rows: many })
        .split('\n')
        .at(-1),
    ).toBe('199999');
  });
});

describe('numbers in words', () => {
  it.each([
    [0, '0 wrong codes'],
    [1, '1 wrong code'],
    [3, '3 wrong codes'],
  ])('%i', (count, words) => {
    expect(counted(count, 'wrong code')).toBe(words);
    expect(counted(count, 'try', 'tries')).toBe(`${count} ${count === 1 ? 'try' : 'tries'}`);
  });

  it.each([
    [0, '0 seconds'],
    [-5, '0 seconds'],
    [0.2, '1 second'],
    [59, '59 seconds'],
    [60, '1 minute'],
    [61, '1 minute 1 second'],
    [3599.5, '1 hour'],
    [3601, '1 hour 1 minute'],
    [7199, '2 hours'],
    [86_399, '1 day'],
    [90_000, '1 day 1 hour'],
    [Number.NaN, 'an unknown time'],
    [Number.POSITIVE_INFINITY, 'an unknown time'],
  ])('a duration of %d seconds', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  it('a duration is rounded up', () => {
    const size = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
        const parts = [...duration(seconds).matchAll(/(\d+) (second|minute|hour|day)/g)];
        const told = parts.reduce((sum, [, n, unit]) => sum + Number(n) * size[unit as keyof typeof size], 0);
        expect(told).toBeGreaterThanOrEqual(seconds);
        expect(told - seconds).toBeLessThan(seconds < 3600 ? 1 : seconds < 86_400 ? 60 : 3600);
        expect(parts.length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it.each([
    [1_772_373_900, '2026-03-01 14:05 UTC'],
    [0, '1970-01-01 00:00 UTC'],
    [Number.NaN, 'unknown'],
    [1e300, 'unknown'],
    [-1e14, 'unknown'],
  ])('the moment %d', (seconds, words) => {
    expect(moment(seconds)).toBe(words);
  });

  it.each([
    [1000, 'now'],
    [1120, 'in 2 minutes'],
    [1001, 'in 1 second'],
    [1000 - 3 * 3600 - 59 * 60, '3 hours ago'],
    [1000 + 3 * 86_400, 'in 3 days'],
    [Number.NaN, 'at an unknown time'],
  ])('%d beside 1000', (seconds, words) => {
    expect(relative(seconds, 1000)).toBe(words);
  });
});
