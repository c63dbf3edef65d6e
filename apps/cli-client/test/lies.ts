/** What a server says changes nothing on the terminal of its user, in a log or in a pipe, whatever field it says it in. */
import { EXIT } from '@countersign/terminal';
import type { ServerMessageType } from '@countersign/wire-protocol';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type HostileServer, startHostileServer } from './hostile-server.ts';
import type { Finished } from './test-client.ts';
import { OLD_PASSWORD } from './test-server.ts';
import { useServer } from './use-server.ts';

const TEXTS = {
  'escape sequences': 'a\u001b]0;owned\u0007\u001b[2J\u001b[1;1H\u001b[35mpink\u001bP1$r\u001b\\',
  'a colour': '\u001b[35mpink\u001b[0m',
  'C1 controls': '\u009b2J\u009d0;owned\u009c\u0085\u0090',
  'C0 controls': '\u0000\u0008\u0008\u000b\u000c\u007f\u0004',
  'a line of its own': 'x\r\nLogin successful: admin\n\u2028Login successful: admin',
  'bidi controls': '\u202enimda\u2066\u200f\u061c\u2069',
  'invisible characters': '\ufeff\u200b\u00ad\u{e0041}\u{e0001}',
  'half a surrogate pair': 'a\ud83dz',
  'a pile of marks': `e${'\u0301'.repeat(90)}`,
  'much text': 'A'.repeat(12_000),
  nothing: '',
} as const;
const NUMBERS = {
  'a huge number': 1e308,
  'the largest safe number': Number.MAX_SAFE_INTEGER,
  'the end of the calendar': 253_402_300_799,
  'the largest count': 2_147_483_647,
  'less than nothing': -1,
  'half of one': 0.5,
  'escape sequences for a number': '\u001b[2J',
} as const;

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const uri = (label: string, rest = '') => `otpauth://totp/${label}?secret=${SECRET}${rest}`;
/** URIs that a strict reader may or may not take. */
const OTPAUTHS = {
  'escape sequences, encoded': uri('%1B%5B2J:a%1B%5D0;owned%07'),
  'C1 controls, encoded': uri('x%C2%9B2J:a'),
  'bidi controls, encoded': uri('%E2%80%AEnimda:a%E2%81%A6', '&issuer=%E2%80%AEnimda'),
  'a line of its own, encoded': uri('x:a%0ALogin%20successful'),
  'no issuer': uri('alice'),
  'an issuer that is longer when it is written anew': uri(`${"'".repeat(1000)}:a`),
  'no account': uri('x:'),
  'a period without end': uri('x:alice', '&period=9007199254740991'),
  'a secret of one byte': 'otpauth://totp/x:alice?secret=AA',
  'a counter': `otpauth://hotp/x:alice?secret=${SECRET}&counter=1`,
} as const;

/** For fields that hold one of a few words. */
const WORDS = {
  'escape sequences': TEXTS['escape sequences'],
  'half a surrogate pair': TEXTS['half a surrogate pair'],
};

/** Which command hears a message, and its fields. */
const HEARD: readonly [ServerMessageType, string, Record<string, unknown>, readonly string[]][] = [
  ['login.restart', 'login', WORDS, ['suite', 'type']],
  ['login.challenge', 'login', TEXTS, ['identity']],
  ['login.challenge', 'login', WORDS, ['suite', 'salt', 'B', 'stretch.name']],
  ['login.challenge', 'login', NUMBERS, ['stretch.m']],
  ['login.proven', 'login', WORDS, ['M2', 'factors']],
  ['login.done', 'login', TEXTS, ['username', 'failedSince.unfinished.source']],
  ['login.done', 'login', WORDS, ['advice']],
  [
    'login.done',
    'login',
    NUMBERS,
    [
      'lastLogin',
      'failedSince',
      'failedSince.codes',
      'failedSince.unfinished.count',
      'failedSince.unfinished.at',
      'recoveryCodesLeft',
      'nextCodeIn',
    ],
  ],
  ['factor.rejected', 'wrong code', WORDS, ['reason', 'hint.cause', 'hint.algorithm']],
  ['factor.rejected', 'wrong code', NUMBERS, ['attemptsLeft', 'retryAfter', 'hint.offsetSeconds']],
  ['totp.replacing', 'totp replace', { ...TEXTS, ...OTPAUTHS }, ['otpauth']],
  ['totp.replacing', 'totp replace', NUMBERS, ['expiresAt']],
  ['recovery.renewed', 'recovery-codes', TEXTS, ['recoveryCodes']],
  ['account.shown', 'account show', TEXTS, ['username']],
  ['account.shown', 'account show', WORDS, ['suite', 'stretch.name', 'totp.algorithm']],
  ['account.shown', 'account show', NUMBERS, ['created', 'lastLogin', 'recoveryCodesLeft', 'totp.period']],
  ['login.done', 'account remove', TEXTS, ['username']],
  ['error', 'wrong password', TEXTS, ['message']],
  ['error', 'wrong password', WORDS, ['code', 'unknown key']],
  ['error', 'wrong password', NUMBERS, ['retryAfter']],
  ['register.policy', 'unregistered', WORDS, ['registration']],
  ['register.done', 'register', WORDS, ['recoveryCodes']],
];

const PASSWORD = 'tigerlily and oleander';
const KEY = /(?:Key: |"secret":")([A-Z2-7 ]+)/;

/** Printable text and line ends, nothing that looks like a line of the program's, and an end that the table knows. */
function expectHarmless({ exit, stdout, stderr }: Finished, why: string): void {
  expect(stdout + stderr, why).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\p{M}{5}/u);
  expect(stdout + stderr, why).not.toMatch(/^Login successful: admin/mu);
  expect(Math.max(...`${stdout}\n${stderr}`.split('\n').map(({ length }) => length)), why).toBeLessThan(1000);
  expect(Object.values(EXIT), why).toContain(exit);
  expect(exit, `${why}: ${stderr}`).not.toBe(EXIT.unexpected);
}

/** What the program itself sends to a terminal: its colours, the drawing of a question, the cursor hidden and shown. */
const OWN_SEQUENCES = new RegExp(
  `${String.fromCharCode(27)}\\[(?:(?:1|2|7|8|22|27|28|3[1236]|39)m|\\d*[ABDG]|J|2K|\\?25[lh])|[\r\b]`,
  'gu',
);

/** @param oneIn which of the lies are told in each field: all with 1, every fourth with 4 */
export function describeLies({ oneIn }: { oneIn: number }): void {
  const world = useServer();
  let hostile: HostileServer;
  beforeAll(async () => {
    hostile = await startHostileServer(world.server.services);
  });
  afterAll(() => hostile.close());

  /** Runs a command to its end, as one would type it who notices nothing. */
  async function perform(command: string, json: boolean): Promise<Finished> {
    const options = json ? ['--json'] : [];
    if (command === 'register') return register(options);
    if (command === 'unregistered')
      return world.home.run(hostile.address, ['register', 'early', '--pin', hostile.pin, ...options]);
    const { username, secret, recoveryCodes } = await world.addAccount();
    const lines = [username, OLD_PASSWORD, world.server.codeOf(secret)];
    switch (command) {
      case 'wrong code':
        return world.home.run(hostile.address, ['login', ...options], [...lines.slice(0, 2), '000000']);
      case 'wrong password':
        return world.home.run(hostile.address, ['login', ...options], [username, 'wrong']);
      case 'totp replace':
        return world.home.run(
          hostile.address,
          ['totp', 'replace', ...options],
          [...lines.slice(0, 2), recoveryCodes[0] ?? '', '000000'],
        );
      case 'recovery-codes':
        return world.home.run(hostile.address, [command, ...options], [...lines, recoveryCodes[0] ?? '']);
      case 'account remove':
        return world.home.run(hostile.address, ['account', 'remove', ...options], [...lines, username]);
      default:
        return world.home.run(hostile.address, [...command.split(' '), ...options], lines);
    }
  }

  let registered = 0;
  async function register(options: readonly string[]): Promise<Finished> {
    registered += 1;
    const running = world.home.start(hostile.address, [
      'register',
      `newcomer${registered}`,
      ...['--pin', hostile.pin, ...options],
    ]);
    // The pin is asked for as long as no login has remembered it.
    running.type(PASSWORD, PASSWORD);
    await running.shows(KEY);
    const [, key = ''] = KEY.exec(running.stdout()) ?? [];
    running.type(world.server.codeOf(key.replaceAll(' ', '')));
    running.end();
    return running.finished;
  }
  it.each(HEARD)('in %s, heard by %s', async (message, command, values, paths) => {
    for (const [at, path] of paths.entries())
      for (const [what, value] of Object.entries(values).filter((_, n) => (n + at) % oneIn === 0)) {
        hostile.lie = { message, path, value };
        const json = what.length % 2 === 0;
        expectHarmless(await perform(command, json), `${message} ${path}: ${what}`);
      }
  });

  it('on a real screen, where the program draws itself', async () => {
    for (const [what, value] of Object.entries(TEXTS).filter((_, n) => n % oneIn === 0))
      for (const path of ['username', 'advice']) {
        hostile.lie = { message: 'login.done', path, value };
        const { username, secret } = await world.addAccount();
        const running = world.home.start(hostile.address, ['login'], { terminal: true });
        running.type(username, OLD_PASSWORD, world.server.codeOf(secret));
        const { exit, stdout, stderr } = await running.finished;
        if (what === 'a colour' && path === 'username') expect(stdout).toContain('pink');
        const drawn = (text: string) => text.replace(OWN_SEQUENCES, '');
        expectHarmless({ exit, stdout: drawn(stdout), stderr: drawn(stderr), events: [] }, what);
      }
  });
}
