import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { Home } from './test-client.ts';

const home = new Home();
const NOWHERE = '127.0.0.1:1';
afterAll(() => home.remove());

describe('the command line', () => {
  it('--help lists every option on stdout', async () => {
    const { exit, stdout, stderr } = await home.run(NOWHERE, ['--help']);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    for (const option of [
      'server',
      'ca',
      'pin',
      'json',
      'password-file',
      'code',
      'invite-file',
      'qr',
      'version',
    ])
      expect(stdout).toContain(`--${option} `);
  });

  it('has every command in the table of input lines', async () => {
    const { stdout } = await home.run(NOWHERE, ['--help']);
    const [, list = ''] = stdout.split('Commands:\n');
    const commands = [...list.matchAll(/^ {2}([a-z-]+(?: [a-z-]+)?)(?= {2}| [[<])/gm)].map(
      ([, name]) => name,
    );
    expect(commands).toContain('account show');
    const docs = readFileSync(new URL('../../../docs/programs.md', import.meta.url), 'utf8');
    const [table = ''] = docs.split('| `countersign` | lines |')[1]?.split('\n\n') ?? [];
    for (const name of commands.filter((each) => each !== 'help')) expect(table).toContain(`\`${name}\``);
  });

  it('--help of a command shows the common options too', async () => {
    const { exit, stdout } = await home.run(NOWHERE, ['account', 'show', '--help']);
    expect(exit).toBe(0);
    expect(stdout).toContain('Usage: countersign account show');
    expect(stdout).toContain('--server <host:port>');
  });

  it('help does what --help does', async () => {
    for (const words of [[], ['login'], ['account'], ['account', 'show']]) {
      const help = await home.run(NOWHERE, ['help', ...words]);
      expect(help).toMatchObject({ exit: 0, stderr: '' });
      expect(help.stdout).toBe((await home.run(NOWHERE, [...words, '--help'])).stdout);
    }
  });

  it('--help is as wide as the terminal', async () => {
    const { finished } = home.start(NOWHERE, ['--help'], { terminal: true, columns: 60 });
    const widths = (await finished).stdout.split('\n').map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(60);
    expect(Math.max(...widths)).toBeGreaterThan(50);
  });

  it('--help has the usual width in a terminal that reports 0 columns', async () => {
    const { finished } = home.start(NOWHERE, ['--help'], { terminal: true, columns: 0 });
    expect((await finished).stdout).toBe((await home.run(NOWHERE, ['--help'])).stdout);
  });

  it('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await home.run(NOWHERE, ['--version'])).toMatchObject({ exit: 0, stdout: `${version}\n` });
  });

  it.each([
    [['frobnicate'], "Unknown command 'frobnicate'. See countersign --help."],
    [['account', 'frobnicate'], "Unknown command 'frobnicate'. See countersign account --help."],
    [['logn'], "Unknown command 'logn'. Did you mean login? See countersign --help."],
    [['acount', 'show'], "Unknown command 'acount'. Did you mean account?"],
    [['account', 'shwo'], "Unknown command 'shwo'. Did you mean show?"],
    [
      ['login', '--cod', '123456'],
      "Unknown option '--cod'. Did you mean --code? See countersign login --help.",
    ],
    [
      ['login', '--server', ''],
      "Option '--server <host:port>' argument '' is invalid. It must not be empty.",
    ],
    [['login', '--password-file='], "argument '' is invalid. It must not be empty."],
    [['help', 'frobnicate'], "Unknown command 'frobnicate'."],
    [['help', 'account', 'shwo'], "Unknown command 'shwo'. Did you mean show?"],
    [['account'], '"account" needs a subcommand: show, '],
    [['login', '--frobnicate'], "Unknown option '--frobnicate'"],
    [['login', '--password', 'hush hush'], "Unknown option '--password'"],
    [['login', 'alice', 'hush hush'], 'Too many arguments'],
    [['login', '--server'], "Option '--server <host:port>' argument missing"],
    [['login', '--ca', 'ca.pem', '--pin', 'sha256:x'], 'Either --ca or --pin says which server is trusted'],
    [['login', '--qr', 'wall'], 'It is terminal, none, png:FILE or svg:FILE.'],
    [['login', '--qr', 'png:'], 'It is terminal, none, png:FILE or svg:FILE.'],
    [['servers', 'forget'], "Missing required argument 'host:port'"],
    [['login', '--server', 'a:b:c'], 'A server is given as HOST:PORT'],
    [['login', '--server', '127.0.0.1:70000'], 'A server is given as HOST:PORT'],
    [['login', 'no spaces'], 'A user name has letters, digits and signs'],
    [['register', '--invite', 'frobnicate'], "Unknown option '--invite'"],
    [['login', '--code', 'ABCD-EFGH-JKMN-PQRS'], '--code takes the digits that an authenticator app shows'],
    [['login', '--pin', 'sha256:short'], 'That is not a valid pin.'],
  ])('%j is refused before anything is asked', async (argv, message) => {
    const { exit, stdout, stderr } = await home.run(NOWHERE, argv);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(/^Error: [^\n]+\n$/);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('hush');
    const { events } = await home.run(NOWHERE, [...argv, '--json']);
    expect(events).toEqual([{ event: 'error', code: expect.any(String), message: expect.any(String) }]);
  });

  it('shows the menu without a command: 1 registers, 2 logs in', async () => {
    const name = 'x'.repeat(65); // too long, which both say in the same words
    for (const choice of ['1', '2', 'register', 'login'])
      expect(await home.run(NOWHERE, [], [choice, name])).toMatchObject({
        exit: 2,
        stderr: 'Error: A user name has at most 64 characters and 200 bytes.\n',
      });
    expect(await home.run(NOWHERE, [], ['3'])).toMatchObject({ exit: 2 });
    expect(await home.run(NOWHERE, [])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('asked for: What do you want to do? Without'),
    });
  });

  it('accepts options before and after the command', async () => {
    for (const argv of [
      ['--server', 'nonsense:x', 'login'],
      ['login', '--server', 'nonsense:x'],
    ])
      expect(await home.run(NOWHERE, argv)).toMatchObject({
        exit: 2,
        stderr: expect.stringContaining('HOST:PORT'),
      });
  });
});
