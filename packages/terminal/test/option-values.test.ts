import { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { checkOptionValues } from '../src/command-line/option-values.ts';

describe('the value of an option', () => {
  const parsed = (flags: string, text: string) => {
    const option = new Option(flags);
    checkOptionValues(new Command().addOption(option), { HOME: '/home/ann' });
    return option.parseArg?.(text, undefined);
  };

  it.each([
    ['--data-dir <dir>', '~/x', '/home/ann/x'],
    ['--data-dir <dir>', '~', '/home/ann'],
    ['--data-dir <dir>', './~/x', './~/x'],
    ['--data-dir <dir>', '~bob/x', '~bob/x'],
    ['--key-file <file>', '~/key', '/home/ann/key'],
    ['--store <place>', 'lmdb:~/store', 'lmdb:/home/ann/store'],
    ['--qr <where>', 'png:~/code.png', 'png:/home/ann/code.png'],
    ['--issuer <name>', '~/x', '~/x'],
  ])('of %s, %s, is read as %s', (flags, text, value) => {
    expect(parsed(flags, text)).toBe(value);
  });

  it('must not be empty', () => {
    expect(() => parsed('--host <address>', '')).toThrow('It must not be empty.');
  });
});
