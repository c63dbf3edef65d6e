/** Settings by flag, variable and file, and the table in docs/programs.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it } from 'vitest';
import { run } from '../src/run.ts';
import { COMMON_SETTINGS, SETTINGS } from '../src/setting-table.ts';
import { folder } from './program.ts';

type Env = Readonly<Record<string, string>>;

async function say(argv: readonly string[], env: Env = {}) {
  const { io, stdout, stderr } = memoryIo({ input: '', env });
  return { exit: await run(argv, io), stdout: stdout(), stderr: stderr() };
}

/** A data directory with a configuration file. */
function configured(toml: string): { dir: string; file: string } {
  const dir = folder();
  const file = join(dir, 'config.toml');
  writeFileSync(file, toml);
  return { dir, file };
}

interface Row {
  readonly setting: string;
  readonly value?: unknown;
  readonly from: string;
}

async function config(argv: readonly string[], env: Env = {}): Promise<Map<string, Row>> {
  const { exit, stdout, stderr } = await say(['config', '--json', ...argv], env);
  expect([exit, stderr]).toEqual([0, '']);
  const rows: Row[] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return new Map(rows.map((row) => [row.setting, row]));
}

describe('a setting', () => {
  it('comes from its flag, then its variable, then the file, then its default', async () => {
    const { dir, file } = configured('# ports\nport = 1\nworkers = 2\nissuer = "File"\n');
    const env = { COUNTERSIGN_PORT: '3', COUNTERSIGN_WORKERS: '4' };
    const rows = await config(['--data-dir', dir, '--port', '5'], env);
    expect(rows.get('port')).toEqual({ setting: 'port', value: 5, from: '--port' });
    expect(rows.get('workers')).toEqual({ setting: 'workers', value: 4, from: 'COUNTERSIGN_WORKERS' });
    expect(rows.get('issuer')).toEqual({ setting: 'issuer', value: 'File', from: `${file}:4` });
    expect(rows.get('host')).toEqual({ setting: 'host', value: '127.0.0.1', from: 'default' });
  });

  it('of every kind can be in the file, where a relative path begins in the directory of the file', async () => {
    const { dir } = configured(
      'create = true\ntls-cert = "tls.pem"\nregistration = "closed"\nstore = "lmdb:db"\n',
    );
    const rows = await config(['--data-dir', dir]);
    expect(rows.get('create')?.value).toBe(true);
    expect(rows.get('tls-cert')?.value).toBe(join(dir, 'tls.pem'));
    expect(rows.get('registration')?.value).toBe('closed');
    expect(rows.get('store')?.value).toBe(`lmdb:${join(dir, 'db')}`);
  });

  it('that is a list has commas in its flag and its variable, and is a list in the file', async () => {
    const { dir } = configured('proxy-protocol = ["10.0.0.0/8", "192.0.2.1"]\n');
    const expected = ['10.0.0.0/8', '192.0.2.1'];
    const relays = async (argv: readonly string[], env?: Env) =>
      (await config(argv, env)).get('proxy-protocol')?.value;
    expect(await relays(['--data-dir', dir])).toEqual(expected);
    const flags = ['--proxy-protocol', '10.0.0.0/8', '--proxy-protocol', '192.0.2.1'];
    expect(await relays(['--data-dir', folder(), ...flags])).toEqual(expected);
    const env = { COUNTERSIGN_PROXY_PROTOCOL: '10.0.0.0/8, 192.0.2.1' };
    expect(await relays(['--data-dir', folder()], env)).toEqual(expected);
  });

  it('of a limit is in the table of the file, and a file of --limits is used instead', async () => {
    const { dir, file } = configured('[limits.code]\nlockAfter = 7\n');
    const limits = { setting: 'limits', value: 'code.lockAfter=7', from: `${file}:1` };
    expect((await config(['--data-dir', dir])).get('limits')).toEqual(limits);
    const other = join(dir, 'limits.json');
    writeFileSync(other, '{}');
    const rows = await config(['--data-dir', dir, '--limits', other]);
    expect(rows.get('limits')).toEqual({ setting: 'limits', value: 'default', from: '--limits' });
  });

  it('can be in a file that --config or COUNTERSIGN_CONFIG names, with the data directory', async () => {
    const { dir, file } = configured('data-dir = "data"\nport = 1\n');
    for (const rows of [await config(['--config', file]), await config([], { COUNTERSIGN_CONFIG: file })]) {
      expect(rows.get('data-dir')?.value).toBe(join(dir, 'data'));
      expect(rows.get('config')?.value).toBe(file);
    }
  });

  it('with an empty variable counts as unset', async () => {
    expect((await config(['--data-dir', folder()], { COUNTERSIGN_PORT: '' })).get('port')?.value).toBe(8443);
  });

  it.each([
    ['port = "x"', /^Error: The setting port \(\S+config\.toml, line 1\) must be a whole number\.$/],
    [
      '\nport = 99999',
      /The setting port \(\S+, line 2\) is invalid\. Give a whole number from 0 to 65535\.$/,
    ],
    ['create = "yes"', /The setting create \(.*\) must be true or false\./],
    ['issuer = 3', /The setting issuer \(.*\) must be a string\./],
    [
      'registration = "all"',
      /The setting registration \(.*\) is invalid\. Allowed choices are open, invite, closed\./,
    ],
    [
      'prot = 1',
      /The setting prot \(\S+, line 1\) is unknown\. For the names of all settings: countersign-server start --help/,
    ],
    ['config = "x"', /The setting config \(.*\) is unknown\./],
    ['json = true', /The setting json \(.*\) is unknown\./],
    ['data-dir = "/x"', /The setting data-dir \(.*\) is for a file in another directory\./],
    ['port = 1\nhost =', /^Error: Line 2 of .*config\.toml is not valid TOML/],
    ['limits = 3', /The setting limits \(\S+, line 1\) must be an object\./],
    [
      '[limits.code]\nlockAfter = 0',
      /The setting limits\.code\.lockAfter \(\S+, line 2\) must be at least 1\./,
    ],
    ['[limits]\ncode.lockafter = 9', /The setting limits\.code\.lockafter \(\S+, line 2\) is unknown\./],
  ])('that is wrong in the file is one line with the place: %j', async (toml, words) => {
    const { dir } = configured(toml);
    const { exit, stderr } = await say(['start', '--data-dir', dir]);
    expect(exit).toBe(2);
    expect(stderr.trimEnd()).toMatch(words);
  });

  it.each([
    [
      'COUNTERSIGN_PORT',
      'tcp://10.0.0.1:8443',
      /The variable COUNTERSIGN_PORT is invalid\. Give a whole number/,
    ],
    ['COUNTERSIGN_CREATE', 'maybe', /The variable COUNTERSIGN_CREATE must be true or false\./],
    ['COUNTERSIGN_REGISTRATON', 'closed', /The variable COUNTERSIGN_REGISTRATON is unknown\./],
    ['COUNTERSIGN_LIMITS', 'x', /The variable COUNTERSIGN_LIMITS is unknown\./],
    [
      'COUNTERSIGN_PASSPHRASE',
      'correct horse',
      /Variables hold no secrets: name a file in COUNTERSIGN_PASSPHRASE_FILE\./,
    ],
    ['COUNTERSIGN_CONFIG', '/nonexistent', /The file \/nonexistent cannot be read/],
  ])(
    'that is wrong in the variable %s is one line with its name, and never the value',
    async (name, value, words) => {
      const { exit, stderr } = await say(['start', '--data-dir', folder()], { [name]: value });
      expect(exit).toBe(2);
      expect(stderr).toMatch(words);
      if (name !== 'COUNTERSIGN_CONFIG') expect(stderr).not.toContain(value);
    },
  );

  it('of start has no effect on other commands, also if it is wrong', async () => {
    const { dir } = configured('port = "x"\n');
    const { stderr } = await say(['user', 'list', '--data-dir', dir]);
    expect(stderr).toContain('There is no store');
  });
});

describe('docs/programs.md', () => {
  it('has a row for every setting, as the table says', () => {
    const docs = readFileSync(new URL('../../../docs/programs.md', import.meta.url), 'utf8');
    const rows = SETTINGS.map((setting) => {
      const { name, type, value, choices, fallback, about } = setting;
      const form = value === undefined ? 'true or false' : (choices?.join(', ') ?? type ?? 'text');
      const of = COMMON_SETTINGS.includes(setting) ? 'every command' : '`start`';
      const variable = type === 'table' ? '' : `COUNTERSIGN_${name.replaceAll('-', '_').toUpperCase()}`;
      const cells = [`\`${name}\``, variable ? `\`${variable}\`` : '', of, form, about, fallback ?? ''];
      return `| ${cells.join(' | ')} |`.replaceAll(/ +/g, ' ');
    });
    const [, section = ''] = docs.split('### Settings\n');
    const [, table = ''] = section.split('|---|---|---|---|---|---|\n');
    expect(table.split('\n\n')[0]?.split('\n')).toEqual(rows);
  });
});
