/** The built program as a user meets it: a real terminal, a real authenticator's codes, a QR code that is scanned. */
import { writeFileSync } from 'node:fs';
import { DEFAULT_SERVER_PROFILE } from '@countersign/auth-server';
import { afterEach, expect, it } from 'vitest';
import { execFileSync } from '../../../scripts/child-process.mjs';
import type { Counterpart } from '../../../scripts/counterparts.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { Screen } from './screen.ts';
import { pictureOf } from './screen-picture.ts';
import { OLD_PASSWORD } from './test-server.ts';
import { nearTheNextStep, useServer, wrongCode } from './use-server.ts';

/** What every test here needs. */
const TERMINAL: Counterpart[] = ['tmux', 'sh', 'coreutils'];
const PASSWORD = 'tigerlily and oleander';
const world = useServer(DEFAULT_SERVER_PROFILE);
const opened: Screen[] = [];
afterEach(() => {
  for (const screen of opened.splice(0)) screen.close();
});

function open(args: readonly string[] = [], size: { columns?: number; rows?: number } = {}): Screen {
  const env = { COUNTERSIGN_SERVER: world.server.address, COUNTERSIGN_CONFIG_DIR: world.home.folder };
  const screen = new Screen(args, { env, ...size });
  opened.push(screen);
  return screen;
}

/** What a phone does with the QR code on the screen. */
function scan(screen: Screen): URL {
  const file = world.home.path('screen.pgm');
  writeFileSync(file, pictureOf(screen.coloured()));
  return read(file);
}

function read(file: string): URL {
  const options = ['--quiet', '--raw', '--set', '*.enable=0', '--set', 'qrcode.enable=1', file];
  return new URL(execFileSync('zbarimg', options, { encoding: 'utf8', stdio: 'pipe' }).trim());
}

/** What the phone shows for it, `later` seconds from now. */
function codeOf(secret: string, later = 0): string {
  const at = `@${world.server.now() + later}`;
  return execFileSync('oathtool', ['--totp', '--base32', '--now', at, secret], { encoding: 'utf8' }).trim();
}

withCounterpart([...TERMINAL, 'zbarimg', 'oathtool'], 'in a real terminal, with an authenticator', () => {
  it('a user registers from the menu, scans the QR code, and logs in', async () => {
    const registering = open();
    await registering.answers(
      ['What do you want to do?', '1'],
      ['User name', 'alice'],
      ['Is it the same pin?', 'yes'],
      ['Password', PASSWORD],
      ['The same password again', PASSWORD],
    );
    await registering.shows('First code that the app shows');
    const otpauth = scan(registering);
    expect(`${otpauth.protocol}//${otpauth.host}${otpauth.pathname}`).toBe(
      'otpauth://totp/Countersign:alice',
    );
    const secret = otpauth.searchParams.get('secret')!;
    registering.enter(codeOf(secret).replace(/^.../, '$& '));
    expect(await registering.exit()).toBe('exit 0 echo');
    expect(registering.text()).toMatch(/Registered: alice\n.*(\n {2}([0-9A-Z]{4}-){3}[0-9A-Z]{4}){10}/s);

    world.server.advance(30);
    const login = open();
    await login.answers(
      ['What do you want to do?', '2'],
      ['User name', 'alice'],
      ['Password', PASSWORD],
      ['Code from your authenticator app', codeOf(secret)],
    );
    expect(await login.exit()).toBe('exit 0 echo');
    expect(login.text()).toContain('Login successful: alice\nThis is the first login.');

    for (const screen of [registering, login]) {
      expect(screen.raw()).toContain('alice');
      expect(screen.raw()).not.toMatch(/tigerlily|oleander/);
      expect(screen.text()).not.toMatch(/Stretching/);
    }
  });

  it('the QR code of a window that was too narrow is drawn when it is wider', async () => {
    const { username, recoveryCodes } = await world.addAccount();
    const replacing = open(['totp', 'replace'], { columns: 40 });
    await replacing.answers(
      ['User name', username],
      ['Password', OLD_PASSWORD],
      ['Code from', recoveryCodes[0]!],
    );
    await replacing.shows(/make\s+the\s+window\s+larger\s+and\s+press/);
    replacing.resize(80);
    // The program may learn of the new size only after the first Enter.
    for (let questions = 2; !replacing.text().includes('▄▄▄'); questions += 1) {
      await replacing.answers(['First code', '']);
      await expect
        .poll(() => replacing.text().match(/First code/g), { timeout: 30_000 })
        .toHaveLength(questions);
    }
    await replacing.shows(/▄\s+◆ {2}First code/);
    replacing.enter(codeOf(scan(replacing).searchParams.get('secret')!));
    expect(await replacing.exit()).toBe('exit 0 echo');
  });
});

withCounterpart(TERMINAL, 'in a real terminal', () => {
  it('the QR code and the question fit a window of 80 × 24, and a phone reads it there', async () => {
    const { username, recoveryCodes } = await world.addAccount();
    const replacing = open(['totp', 'replace'], { columns: 80, rows: 24 });
    await replacing.answers(
      ['User name', username],
      ['Password', OLD_PASSWORD],
      ['Code from', recoveryCodes[0]!],
    );
    await replacing.shows('First code that the app shows');
    await replacing.shows(/▄\s+◆ {2}First code/);
    const visible = replacing.visible();
    expect(visible).toContain('First code that the app shows');
    writeFileSync(world.home.path('window.pgm'), pictureOf(visible));
    const otpauth = read(world.home.path('window.pgm'));
    replacing.enter(codeOf(otpauth.searchParams.get('secret')!));
    expect(await replacing.exit()).toBe('exit 0 echo');
  });

  it('a wrong password and an unknown user look the same', async () => {
    const { username } = await world.addAccount();
    const ends = [];
    for (const name of [username, 'nobody']) {
      const login = open(['login']);
      await login.answers(['User name', name], ['Password', 'not the password']);
      for (const left of ['2 tries left.', '1 try left.']) {
        await login.shows(left);
        await login.answers(['Password', 'not the password']);
      }
      expect(await login.exit()).toBe('exit 3 echo');
      ends.push(login.text().replaceAll(name, 'NAME'));
    }
    expect(ends[0]).toContain('Error: Wrong password or unknown user. Check both and try again.');
    expect(ends[1]).toBe(ends[0]);
  });

  it('a wrong code asks again, and the same code is refused a second time', async () => {
    const { username, secret } = await world.addAccount();
    nearTheNextStep(world.server);
    const code = world.server.codeOf(secret);
    const first = open(['login', username]);
    await first.answers(['Password', OLD_PASSWORD], ['Code from', wrongCode(world.server, secret)]);
    await first.shows('That code is wrong or out of date. 4 attempts left.');
    await first.answers(['Code from', code]);
    expect(await first.exit()).toBe('exit 0 echo');

    const second = open(['login', username]);
    await second.answers(['Password', OLD_PASSWORD], ['Code from', code]);
    await second.shows(/used already, and each works once\. Wait until the app shows the next\s+one\./);
    world.server.advance(30);
    await second.answers(['Code from', world.server.codeOf(secret)]);
    expect(await second.exit()).toBe('exit 0 echo');
    expect(second.text()).toContain(`Login successful: ${username}`);
    expect(second.text()).not.toContain('refused since the last login');
  });
});

withCounterpart(TERMINAL, 'Ctrl-C', () => {
  const questions = [
    ['What do you want to do?', '1'],
    ['User name', 'brutus'],
    ['Is it the same pin?', 'yes'],
    ['Password', PASSWORD],
    ['The same password again', PASSWORD],
    ['First code', ''],
  ] as const;

  it.each(questions.slice(0, -1).map(([question], index) => [question, index] as const))(
    'at "%s" ends cleanly and gives the terminal back',
    async (question, index) => {
      await world.home.run(world.server.address, ['servers', 'forget', world.server.address]);
      const screen = open();
      await screen.answers(...questions.slice(0, index));
      await screen.shows(question);
      screen.interrupt();
      expect(await screen.exit()).toBe('exit 130 echo');
      expect(screen.text()).not.toMatch(/Error| {4}at /);
    },
  );

  it('while the password is stretched ends it at once', async () => {
    // As long as a client lets a server make it, which is some seconds: there is time to see it and to press the keys.
    const stretch = { name: 'argon2id', m: 262_144, t: 4, p: 1 } as const;
    const { username } = await world.addAccount({ stretch });
    const stretching = open(['login', username]);
    await stretching.answers(['Password', OLD_PASSWORD]);
    await stretching.shows('Stretching');
    stretching.interrupt();
    expect(await stretching.exit()).toBe('exit 130 echo');
    expect(stretching.text()).not.toMatch(/Stretching|Error/);
  });

  it('at the first code leaves no account behind', async () => {
    const { pin } = world.server;
    const enrolling = open(['register', 'brutus', '--pin', pin]);
    await enrolling.answers(['Password', PASSWORD], ['The same password again', PASSWORD]);
    await enrolling.shows('First code');
    enrolling.interrupt();
    expect(await enrolling.exit()).toBe('exit 130 echo');
    expect(await world.server.services.accounts.find('brutus')).toBeUndefined();
  });
});
