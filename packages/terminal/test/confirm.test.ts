import { describe, expect, it } from 'vitest';
import { askWholeYes, askYesOrNo, confirm, openPrompts } from '../src/index.ts';
import { memoryIo } from '../src/testing.ts';

function answering(input: string) {
  const { io } = memoryIo({ input });
  return [io, openPrompts(io)] as const;
}

describe('a question for yes or no', () => {
  it.each([
    ['y', true],
    [' YES ', true],
    ['n', false],
    ['No', false],
    ['', false],
  ])('understands the line %j', async (line, meaning) => {
    expect(await askYesOrNo(...answering(`${line}\n`), 'Go on?')).toBe(meaning);
  });

  it.each(['maybe', 'constructor', '__proto__'])('refuses the line %s', async (line) => {
    await expect(askYesOrNo(...answering(`${line}\n`), 'Go on?')).rejects.toMatchObject({
      code: 'bad_input',
      exit: 2,
    });
  });

  it.each([
    ['yes', true],
    ['y', false],
    ['YES', false],
    ['constructor', false],
    ['', false],
  ])('accepts only the whole word where y is not enough: %j', async (line, meaning) => {
    expect(await askWholeYes(...answering(`${line}\n`), 'Is it the same pin?')).toBe(meaning);
  });
});

describe('a confirmation', () => {
  it('asks nothing after --yes', async () => {
    await expect(confirm(...answering(''), { message: 'Remove?', yes: true })).resolves.toBeUndefined();
  });

  it.each([
    [{ message: 'Remove?' }, 'n'],
    [{ message: 'Type the name', expected: 'alice' }, 'alic'],
  ])('%j ends with 3 after %s', async (options, line) => {
    await expect(confirm(...answering(`${line}\n`), options)).rejects.toMatchObject({
      code: 'not_confirmed',
      exit: 3,
    });
  });

  it('as the last question refuses a surplus line', async () => {
    await expect(confirm(...answering('y\nmore\n'), { message: 'Remove?' })).rejects.toMatchObject({
      code: 'surplus_input',
    });
    await expect(
      confirm(...answering('y\nmore\n'), { message: 'Remove?', more: true }),
    ).resolves.toBeUndefined();
  });
});
