import { readFileSync } from 'node:fs';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it } from 'vitest';
import { run } from '../src/run.ts';
import { START_SETTINGS } from '../src/setting-table.ts';

async function say(...argv: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  const { io, stdout, stderr } = memoryIo({ input: '' });
  return { exit: await run(argv, io), stdout: stdout(), stderr: stderr() };
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the command line', () => {
  it('--help lists every command on stdout, as the README says', async () => {
    const { exit, stdout, stderr } = await say('--help');
    expect([exit, stderr]).toEqual([0, '']);
    expect(readme).toContain(`\`\`\`text\n${stdout}\`\`\``);
  });

  it('start --help lists the options that the README lists', async () => {
    const { stdout } = await say('start', '--help');
    const [own = ''] = stdout.split('Global Options');
    const options = [...own.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name]) => name);
    expect(options).toHaveLength(START_SETTINGS.length);
    const [section = ''] = readme.split('## Start')[1]?.split('\n## ') ?? [];
    expect([...section.matchAll(/`(--[a-z-]+)/g)].map(([, name]) => name)).toEqual(
      expect.arrayContaining(options),
    );
  });

  it('help COMMAND prints its --help, and fits a narrow terminal', async () => {
    const { io, stdout } = memoryIo({ terminal: true, columns: 60 });
    expect(await run(['help', 'user'], io)).toBe(0);
    expect(stdout()).toContain('Usage: countersign-server user');
    expect(
      Math.max(
        ...stdout()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(60);
    const { stdout: wide } = await say('help', 'user');
    expect(await say('user', '--help')).toEqual({ exit: 0, stdout: wide, stderr: '' });
  });

  it('help has the usual width in a terminal that reports 0 columns', async () => {
    const { io, stdout } = memoryIo({ terminal: true, columns: 0 });
    await run(['--help'], io);
    expect(stdout()).toBe((await say('--help')).stdout);
  });

  it('help with two words prints the --help of that command', async () => {
    expect(await say('help', 'user', 'list')).toEqual(await say('user', 'list', '--help'));
    expect(await say('--json', 'help', 'user', 'list')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('Usage: countersign-server user list'),
    });
  });

  it('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await say('--version')).toEqual({ exit: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([
    [['user'], /"user" needs a subcommand: list, show, unlock, /],
    [['ssh', 'role'], /"ssh role" needs a subcommand: add, list, remove\. See .* ssh role --help/],
    [['slot', '--store', 'lmdb:x'], /"slot" needs a subcommand: list, add, remove\./],
    [['user', 'lst'], /Unknown command 'lst'\. Did you mean list\?/],
    [['help', 'usr'], /Unknown command 'usr'/],
    [['help', 'user', 'lst'], /Unknown command 'lst'\. Did you mean list\?/],
    [['user', 'show'], /Missing required argument 'name'\./],
    [['invite', 'revoke', 'a', 'b'], /Too many arguments/],
    [['slot', 'remove', 'two'], /'two' is invalid for argument 'number'\. Give a whole number from 1 to /],
    [['start', '--host', ''], /Option '--host <address>' argument '' is invalid\. It must not be empty\./],
    [['start', '--port='], /argument '' is invalid/],
    [['start', '--store', ''], /argument '' is invalid/],
    [['user', 'list', '--data-dir', ''], /argument '' is invalid/],
    [['invite', 'create', '--name', ''], /argument '' is invalid/],
    [['store', 'backup'], /Missing required argument 'file'\./],
  ])('%j is reported in one line, with exit code 2', async (argv, words) => {
    const { exit, stderr } = await say(...argv);
    expect(exit).toBe(2);
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
