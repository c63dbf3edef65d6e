import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, outputOf } from './run-example.ts';

/** What each prints, with `…` for what differs from run to run. */
const PRINTS: Readonly<Record<string, string>> = {
  'srp.js': 'Both sides have the same key.\n',
  'totp.js':
    'The app works, but its clock is about 5 minutes slow. Set the date and time of the device to automatic, ' +
    'then enter the code that the app shows next.\nlogin: true\nthe same code again: false\n',
  'ssh.js':
    'TrustedUserCAKeys: ssh-ed25519 …\nssh-ed25519-cert-v01@openssh for deploy\na revocation list of 121 bytes\n',
  'store.js': expect.stringMatching(
    /^(alice 3\nbob 7|bob 7\nalice 3)\nagain: conflict\ndamaged records: 0\n$/,
  ),
  'wire.js': 'one frame of 586 bytes\nserver received login.start\nrefused: wrong_state\n',
};

describe('examples/core', () => {
  const names = readdirSync(join(EXAMPLES, 'core'));

  it.for(names)('%s runs, and has at most thirty lines', async (name) => {
    expect(await outputOf(`core/${name}`)).toEqual(PRINTS[name]);
    expect(readFileSync(join(EXAMPLES, 'core', name), 'utf8').split('\n').length).toBeLessThanOrEqual(31);
  });
});

it('the list of examples names all of them', () => {
  const readme = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
  const files = readdirSync(EXAMPLES).flatMap((name) =>
    name === 'core' ? readdirSync(join(EXAMPLES, name)).map((each) => `core/${each}`) : [name],
  );
  const listed = [...readme.matchAll(/^\| \[[^\]]+\]\(([^)]+)\)/gm)].map(([, name = '']) =>
    name.startsWith('browser') ? 'browser' : name,
  );
  expect(listed.sort()).toEqual(files.filter((name) => name !== 'README.md').sort());
});
