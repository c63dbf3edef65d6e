/** The commands of the program, compared with docs/programs.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryIo } from '@countersign/terminal/testing';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram, COMMAND_NAMES, loadCommands } from '../src/program.ts';
import { run } from '../src/run.ts';
import { makeTlsFiles } from '../src/tls-files.ts';
import { dataDir, folder } from './program.ts';

const docs = readFileSync(new URL('../../../docs/programs.md', import.meta.url), 'utf8');

/** What a command needs besides its required arguments. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'ssh krl': ['--out', '-'],
  'service add': ['--audience', 'https://wiki.example.org'],
  jwks: ['--out', '-'],
  'ssh revoke': ['--all'],
  'ssh rotate': ['prepare'],
};

/** The commands in the rows of the server's table with this head, with the second cell of their row. */
function tabled(head: string): Map<string, string> {
  const [, ours = ''] = docs.split('## countersign-server\n');
  const [table = ''] = ours.split(`${head}\n|---|---|\n`)[1]?.split('\n\n') ?? [];
  const rows = new Map<string, string>();
  for (const [, first = '', cell = ''] of table.matchAll(/^\| (.*?) \| (.*) \|$/gm)) {
    let noun = '';
    for (const [, text = ''] of first.matchAll(/`([^`]+)`/g)) {
      // `user list`, `show` means user list and user show.
      const words = text.split(' ').filter((word) => /^[a-z]/.test(word));
      const full = words.length === 1 && noun !== '' ? `${noun} ${words}` : words.join(' ');
      noun = full.split(' ').slice(0, -1).join(' ');
      rows.set(full, cell);
    }
  }
  return rows;
}

async function commands(): Promise<Map<string, Command>> {
  const { io } = memoryIo();
  const program = buildProgram(io, await loadCommands(COMMAND_NAMES), () => {});
  const leaves = (command: Command, names: string[]): [string, Command][] =>
    command.commands.length === 0
      ? [[names.join(' '), command]]
      : command.commands.flatMap((each) => leaves(each, [...names, each.name()]));
  return new Map(leaves(program, []).filter(([name]) => name !== 'help'));
}

describe('docs/programs.md', () => {
  it('lists every command, and no others, in the tables of commands and of input lines', async () => {
    const names = [...(await commands()).keys()].sort();
    for (const head of ['| command | what it does |', '| `countersign-server` | lines |'])
      expect([...tabled(head).keys()].sort()).toEqual(names);
  });

  it('is right about which commands ask for the passphrase first', async () => {
    const dir = await dataDir();
    await makeTlsFiles(dir, 'localhost');
    const file = join(folder(), 'users.jsonl');
    writeFileSync(file, '');
    const rows = tabled('| `countersign-server` | lines |');
    for (const [name, command] of await commands()) {
      const given = command.registeredArguments.filter(({ required }) => required);
      const value = {
        file: name === 'store backup' ? `${file}.new` : file,
        number: '1',
        place: `lmdb:${file}.store`,
      };
      const args = given.map(
        (argument) => Object.entries(value).find(([key]) => key === argument.name())?.[1] ?? 'alice',
      );
      const { io, stderr } = memoryIo({ input: '' });
      const more = NEEDED[name] ?? [];
      const exit = await run([...name.split(' '), ...args, ...more, '--data-dir', dir], io);
      const asks = exit === 2 && stderr().includes("asked for: Administrator's passphrase");
      expect([name, asks]).toEqual([name, rows.get(name)?.startsWith('passphrase')]);
    }
  });
});
