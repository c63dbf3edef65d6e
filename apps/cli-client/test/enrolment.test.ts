/** Enrolments, shown by `totp replace` after a login by recovery code, where no password has to be stretched. */
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execFileSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import type { Running, StartOptions } from './test-client.ts';
import { CHEAP_PROFILE, OLD_PASSWORD, startTestServer } from './test-server.ts';
import { useServer, wrongCode } from './use-server.ts';

const world = useServer();
const { home } = world;

async function enrolling(
  argv: readonly string[],
  options: StartOptions = {},
  more: readonly string[] = [],
): Promise<Running> {
  const { username, recoveryCodes } = await world.addAccount();
  const running = home.start(world.server.address, ['totp', 'replace', ...argv], options);
  const questions = ['User name', 'Password', 'Code from'];
  if (!options.terminal) {
    running.type(username, OLD_PASSWORD, recoveryCodes[0]!, ...more);
    return running;
  }
  for (const [index, answer] of [username, OLD_PASSWORD, recoveryCodes[0]!].entries()) {
    await running.shows(questions[index]!);
    running.type(answer);
  }
  return running;
}

function keyOn(output: string): string {
  return /Key: ((?:[A-Z2-7]{4}\s){7}[A-Z2-7]{4})/.exec(output)![1]!;
}

function scan(file: string): string {
  return execFileSync('zbarimg', ['--quiet', '--raw', file], { encoding: 'utf8', stdio: 'pipe' });
}

describe('an enrolment over a pipe', () => {
  it('prints the key in groups of four on stdout, and no QR code', async () => {
    const running = await enrolling([]);
    await running.shows('time based, SHA1, 6 digits');
    expect(running.stdout()).toMatch(/^Key: ([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/m);
    expect(running.stderr()).not.toContain('▄');
    running.type(world.server.codeOf(keyOn(running.stdout())));
    expect(await running.finished).toMatchObject({ exit: 0 });
  });

  it('draws the QR code with --qr terminal', async () => {
    const running = await enrolling(['--qr', 'terminal']);
    await running.shows('▄');
    running.end();
    expect(await running.finished).toMatchObject({ exit: 2 });
  });

  withCounterpart('zbarimg', 'read by zbarimg', () => {
    it.each(['png', 'svg'])('saves it as %s for its owner only', async (kind) => {
      const file = home.write(`qr.${kind}`, 'readable for all, from before', 0o644);
      const running = await enrolling(['--json', '--qr', `${kind}:${file}`]);
      await running.shows(`The QR code is in ${file}.`);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const { secret, otpauth } = await running.event('enrolment');
      if (kind === 'svg') expect(readFileSync(file, 'utf8')).toMatch(/^<svg /);
      else expect(scan(file).trim()).toBe(otpauth);
      running.type(world.server.codeOf(String(secret)));
      expect(await running.finished).toMatchObject({ exit: 0 });
    });
  });

  it('explains a wrong code, and ends', async () => {
    const running = await enrolling(['--json']);
    const secret = String((await running.event('enrolment')).secret);
    running.type(world.server.codeOf(secret, -600));
    const { exit, stderr, events } = await running.finished;
    expect(stderr).toMatch(/its clock is about 10 minutes slow\./);
    expect({ exit, last: events.at(-1) }).toMatchObject({ exit: 3, last: { code: 'code_rejected' } });
  });

  it('refuses a line that arrived before the key was shown', async () => {
    const running = await enrolling([], {}, ['123456']);
    expect(await running.finished).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('one line too many, after the answer to: Code from'),
      stdout: expect.not.stringContaining('Key'),
    });
  });
});

describe('an enrolment with another hash than SHA1', () => {
  it('names the apps that would show wrong codes', async () => {
    const totp = { algorithm: 'SHA256', digits: 6, period: 30 } as const;
    const other = await startTestServer({ profile: { ...CHEAP_PROFILE, totp } });
    try {
      const { username, recoveryCodes } = await other.addAccount('alice');
      const running = home.start(other.address, ['totp', 'replace']);
      running.type(username, OLD_PASSWORD, recoveryCodes[0]!);
      await running.shows(
        'These apps will show wrong codes for this account: Google Authenticator, older versions; Microsoft',
      );
      running.end();
      expect(await running.finished).toMatchObject({ exit: 2 });
    } finally {
      await other.close();
    }
  });
});

describe('an enrolment on a terminal', () => {
  it('shows key and QR code, and accepts the code', async () => {
    const running = await enrolling([], { terminal: true });
    await running.shows('First code');
    expect(running.stderr()).toMatch(/Key: .*▄.*First code/s);
    running.type(`svg:${home.path('tall.svg')}`);
    await running.shows('The QR code is in');
    running.type(wrongCode(world.server, keyOn(running.stderr()).replaceAll(/\s/g, '')), 'what');
    await running.shows(/wrong\s+or\s+out\s+of\s+date\.\s+4\s+attempts\s+left\./);
    await running.shows(/A\s+code\s+has\s+6\s+to\s+8\s+digits\./);
    running.type(world.server.codeOf(keyOn(running.stderr())));
    expect(await running.finished).toMatchObject({ exit: 0, stdout: expect.stringContaining('replaced') });
  });

  it('that is too narrow offers a picture, and draws the QR code once the window is wider', async () => {
    const running = await enrolling([], { terminal: true, columns: 40 });
    await running.shows(
      /needs\s+41\s+columns\s+and\s+24\s+lines,\s+and\s+this\s+window\s+has\s+40\s+and\s+24/,
    );
    await running.shows('First code');
    expect(running.stderr()).not.toContain('▄');
    running.type(`png:${home.path('later.png')}`);
    await running.shows('The QR code is in');
    running.type(`svg:${home.path('no such folder/qr.svg')}`);
    await running.shows(/could\s+not\s+be\s+written/);
    await running.shows(/there\s+is\s+no\s+such\s+file/);
    running.resize(80);
    running.type('');
    await running.shows('▄');
    running.interrupt();
    expect(await running.finished).toMatchObject({ exit: 130 });
  });

  it('without characters outside ASCII offers the QR code as a file, since full blocks need more room', async () => {
    const running = await enrolling([], { terminal: true, columns: 120, env: { LC_ALL: 'C' } });
    await running.shows(/Type\s+png:FILE\s+to\s+save\s+the\s+code\s+as\s+a\s+picture/);
    expect(running.stderr()).not.toContain('▄');
    running.interrupt();
    expect(await running.finished).toMatchObject({ exit: 130 });
  });
});
