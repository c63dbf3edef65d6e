/** Completion in real shells, the manual page, and the examples in every help. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manPage } from '@countersign/terminal';
import { memoryIo } from '@countersign/terminal/testing';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { execFile } from '../../../scripts/child-process.mjs';
import { expectExamples } from '../../../scripts/test/command-examples.ts';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { buildWhole } from '../src/program.ts';
import { run } from '../src/run.ts';

async function output(...argv: string[]): Promise<string> {
  const { io, stdout, stderr } = memoryIo();
  expect([await run(argv, io), stderr()]).toEqual([0, '']);
  return stdout();
}

/** Runs a file of a shell with the words of a command line, the last one being completed. */
async function complete(shell: string, args: (file: string) => readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'completion-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'script');
  writeFileSync(file, await output('completion', shell));
  const { stdout } = await execFile(shell, args(file));
  return stdout
    .split('\n')
    .map((line) => line.replace(/[\t:].*/, ''))
    .filter((line) => line !== '');
}

const BASH = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
compopt() { echo FILES; }
_countersign_server_completion; printf '%s\\n' "\${COMPREPLY[@]}"`;
const ZSH = `compdef() { : }; _files() { print FILES }; compadd() { shift; print -l -- $@ }
_describe() { print -l -- \${(P)@[-1]} }
source "$1"; shift; words=("$@"); CURRENT=$#words; _countersign_server_completion`;

const inBash = (...words: string[]) =>
  complete('bash', (file) => ['--norc', '-c', BASH, '_', file, 'countersign-server', ...words]);
const inZsh = (...words: string[]) =>
  complete('zsh', (file) => ['-f', '-c', ZSH, '_', file, 'countersign-server', ...words]);
const inFish = (...words: string[]) =>
  complete('fish', (file) => [
    ...['--no-config', '-c', `source ${file}; complete -C 'countersign-server ${words.join(' ')}'`],
  ]);

describe('completion', () => {
  for (const [shell, ask] of [
    ['bash', inBash],
    ['zsh', inZsh],
    ['fish', inFish],
  ] as const)
    withCounterpart(shell, `in ${shell}`, () => {
      it('offers commands, those of a group, values and shells', async () => {
        expect(await ask('')).toEqual(expect.arrayContaining(['start', 'user', 'completion']));
        expect(await ask('user', '')).toEqual(expect.arrayContaining(['list', 'show']));
        expect(await ask('user', '')).not.toContain('start');
        expect(await ask('ssh', 'role', '')).toEqual(expect.arrayContaining(['add', 'list', 'remove']));
        expect((await ask('start', '--registration', '')).sort()).toEqual(['closed', 'invite', 'open']);
        expect(await ask('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
      });

      it('offers options, and skips the value of an option', async () => {
        expect(await ask('start', '--')).toEqual(expect.arrayContaining(['--port', '--data-dir', '--help']));
        expect(await ask('--data-dir', 'user', 'store', '')).toContain('backup');
      });
    });
});

describe('the manual page', () => {
  let page: string;
  beforeAll(async () => {
    page = manPage(await buildWhole(memoryIo().io), 8);
  });

  withCounterpart('mandoc', 'for mandoc', () => {
    it('is valid, and shows examples and options', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'man-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(join(folder, 'page.8'), page);
      const { stdout } = await execFile('mandoc', ['-T', 'utf8', join(folder, 'page.8')]);
      const pieces = stdout.split('\b'); // bold is a letter over itself
      const shown = pieces.map((piece, at) => (at < pieces.length - 1 ? piece.slice(0, -1) : piece)).join('');
      expect(shown).toContain('countersign-server user reset-totp alice --yes');
      expect(shown).toContain('--registration <policy>');
      const lint = await execFile('mandoc', ['-T', 'lint', '-W', 'error', join(folder, 'page.8')]);
      expect(lint.stdout).toBe('');
    });
  });

  it('names every variable', () => {
    expect(page.replaceAll('\\-', '-')).toContain('env: COUNTERSIGN_TLS_CERT');
  });
});

describe('the help', () => {
  it('of every command has two examples, which the command line accepts', async () => {
    expectExamples(await buildWhole(memoryIo().io));
    expect(await output('user', 'show', '--help')).toMatch(
      /\nExamples:\n {2}# .*\n {2}countersign-server user show alice\n {2}# .*\n/,
    );
  });

  it('and version print without reading settings', async () => {
    const { io, stdout } = memoryIo({ env: { COUNTERSIGN_PORT: 'x', COUNTERSIGN_CONFIG: '/nonexistent' } });
    expect(await run(['version'], io)).toBe(0);
    expect(stdout()).toBe(await output('-V'));
  });
});
