/** Runs every command of docs/ssh.md for administrators, in its order: the server's here, the host's on a host of the test. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { addAccounts, administrate } from './administrator.ts';
import { cleaningAtEnd } from './at-end.ts';
import { dataDir, folder, PASSPHRASE } from './program.ts';
import { certify, Host, realNow } from './ssh-host.ts';

const guide = readFileSync(new URL('../../../docs/ssh.md', import.meta.url), 'utf8');

/** The commands in blocks of the guide, by the heading above them, without those for users. */
const commands = guide.split(/^#+ /m).flatMap((section) => {
  const [heading = '', ...rest] = section.split('\n');
  const blocks = [...rest.join('\n').matchAll(/^```(?:sh|crontab)\n([\s\S]*?)^```/gm)];
  const lines = blocks.flatMap(([, block = '']) => block.trim().split('\n'));
  return heading === 'As a user' ? [] : lines.map((line) => ({ heading, line }));
});

withCounterpart(['sshd', 'ssh-keygen', 'sh', 'coreutils', 'curl'], 'docs/ssh.md', () => {
  const atEnd = cleaningAtEnd();
  let dir = '';
  let place = '';
  let url = '';
  let host: Host;
  let passed = 0;

  beforeAll(async () => {
    dir = await dataDir(atEnd);
    place = folder(atEnd);
    mkdirSync(join(place, 'www'));
    mkdirSync(join(place, 'etc'), { mode: 0o700 });
    host = await Host.start(folder(atEnd));
    atEnd(() => host.sshd.stop());
    await addAccounts(dir, { username: 'alice' });
    const web = createServer((_, response) => response.end(readFileSync(join(place, 'www', 'ssh-krl'))));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    atEnd(() => void web.close());
    const address = web.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });

  /** Puts the folder of the test, its web server and the user of the test in the place of those of the guide. */
  const adapted = (line: string) =>
    line
      .replaceAll('/var/www/html', join(place, 'www'))
      .replaceAll('/etc/countersign', join(place, 'etc'))
      .replaceAll('https://login.example.org', url)
      .replaceAll('deploy', host.sshd.username);

  /** Runs a command of the server. Its answers to questions are `yes`. */
  async function serve(line: string): Promise<void> {
    const [command = '', output] = adapted(line).split(' > ');
    const [, ...words] = command.replace(' >/dev/null', '').split(' ');
    const asks = /ssh revoke|rotate (?:switch|--compromised)/.test(line);
    const done = await administrate(dir, words, {
      now: realNow() + passed,
      json: false,
      passphrase: line.includes(' --key-file ') ? null : PASSPHRASE,
      lines: asks ? ['yes'] : [],
    });
    expect([line, done.exit, done.exit === 0 ? '' : done.stderr]).toEqual([line, 0, '']);
    if (output !== undefined) writeFileSync(join(host.folder, output), host.localised(done.stdout));
  }

  /** Follows one section. `around` runs a command and looks at what it changes. */
  async function follow(
    heading: string,
    around: (line: string, run: () => Promise<void>) => Promise<void> = (_, run) => run(),
  ): Promise<void> {
    const chosen = commands.filter((each) => each.heading === heading);
    expect(chosen).not.toEqual([]);
    for (const { line } of chosen)
      await around(line, async () => {
        if (line.startsWith('*/5')) await serve(line.replace('*/5 * * * * ', ''));
        else if (line.startsWith('countersign-server')) await serve(line);
        else await host.run(adapted(line));
      });
  }

  /** What the two timers do. */
  async function timers(): Promise<void> {
    await serve(commands.find(({ line }) => line.startsWith('*/5'))?.line.slice(12) ?? '');
    await host.run('/usr/local/sbin/countersign-krl');
  }

  const issue = () => certify(dir, 'alice', host.key);

  it('leads from an empty host to the first shell', async () => {
    await follow('On the server');
    expect((await host.logIn(await issue())).isIn).toBe(false);
    await follow('On each host');
    await host.sshd.restarted();
    const lines = /```sshd_config\n([\s\S]*?)```/.exec(guide)?.[1];
    expect(host.read('sshd_config.d/countersign.conf')).toBe(host.localised(lines ?? ''));
    expect((await host.logIn(await issue())).isIn).toBe(true);
  });

  it('shows who can log in', async () => {
    await follow('Who can log in');
    const { isIn, log } = await host.logIn(await issue());
    expect([isIn, log]).toEqual([
      true,
      expect.stringMatching(/ ED25519-CERT SHA256:\S+ ID alice#\S+ \(serial \d+\)/),
    ]);
  });

  it('revokes with the next list, except by taking a role off the list', async () => {
    const isIn = async (certificate: Awaited<ReturnType<typeof issue>>) =>
      (await host.logIn(certificate)).isIn;
    await follow('Revoking', async (line, run) => {
      await serve('countersign-server user roles alice +deploy');
      await serve('countersign-server user enable alice');
      const certificate = await issue();
      await run();
      expect(await isIn(certificate)).toBe(true);
      await timers();
      expect([line, await isIn(certificate)]).toEqual([line, line.endsWith('ssh role remove deploy')]);
    });
    await expect(issue()).rejects.toMatchObject({ code: 'role_missing' });
    await serve('countersign-server ssh role add deploy');
  });

  it('replaces the authority without a refused login, and revokes one that is compromised', async () => {
    const first = await issue();
    await follow('A new authority', async (line, run) => {
      passed = line.endsWith('finish') ? 11 * 3600 : 0;
      await run();
      passed = 0;
      if (line.endsWith('--compromised')) return;
      await timers();
      expect((await host.logIn(await issue())).isIn).toBe(true);
      if (line.endsWith('switch')) expect((await host.logIn(first)).isIn).toBe(true);
    });
    expect((await host.logIn(first)).isIn).toBe(false);
  });

  it('issues again after a restore when the administrator says so', async () => {
    const before = await issue();
    const file = join(place, 'backup');
    const now = realNow();
    await administrate(dir, ['store', 'backup', file], { now });
    await administrate(dir, ['store', 'restore', file, '--replace', '--yes'], { now });
    await expect(issue()).rejects.toMatchObject({ code: 'issuing_paused' });
    await follow('After a restore');
    await timers();
    expect((await host.logIn(before)).isIn).toBe(false);
    expect((await host.logIn(await issue())).isIn).toBe(true);
  });
});
