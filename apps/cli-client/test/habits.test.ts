/** Completion in bash, the manual page, and the examples in every help. */
import { manPage } from '@countersign/terminal';
import { memoryIo } from '@countersign/terminal/testing';
import { afterAll, expect, it } from 'vitest';
import { execFile } from '../../../scripts/child-process.mjs';
import { expectExamples } from '../../../scripts/test/command-examples.ts';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { buildWhole } from '../src/program.ts';
import { Home } from './test-client.ts';

const home = new Home();
afterAll(() => home.remove());

withCounterpart('bash', 'completion in bash', () => {
  it('offers commands, those of a group and options', async () => {
    const { stdout: script } = await home.run('127.0.0.1:1', ['completion', 'bash']);
    const file = home.write('completion', script);
    const ask = async (...words: string[]) => {
      const code = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }
_countersign_completion; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await execFile('bash', ['--norc', '-c', code, '_', file, 'countersign', ...words]);
      return stdout.split('\n').map((line) => line.trim());
    };
    expect(await ask('')).toEqual(expect.arrayContaining(['register', 'login', 'account', 'completion']));
    expect(await ask('account', '')).toEqual(expect.arrayContaining(['show', 'remove']));
    expect(await ask('login', '--')).toEqual(expect.arrayContaining(['--server', '--password-file']));
  });
});

withCounterpart('mandoc', 'the manual page', () => {
  it('is valid, and names commands and options', async () => {
    const page = manPage(buildWhole(memoryIo().io), 1);
    const { stdout } = await execFile('mandoc', ['-T', 'lint', '-W', 'error', home.write('page.1', page)]);
    expect(stdout).toBe('');
    const text = page.replaceAll('\\-', '-');
    for (const words of ['register', 'totp replace', 'recovery-codes', 'logout', '--invite-file'])
      expect(text).toContain(words);
  });
});

it('every command has two examples, which the command line accepts', () => {
  expectExamples(buildWhole(memoryIo().io));
});
