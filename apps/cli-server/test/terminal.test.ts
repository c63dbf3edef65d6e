import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { dataDir, folder, PASSPHRASE } from './program.ts';
import { Screen } from './screen.ts';

withCounterpart(['tmux', 'sh', 'coreutils'], 'in a real terminal', () => {
  it('a first start asks again after a mistyped repetition, shows no secret, and Ctrl-C ends it with 0', async () => {
    const dir = join(folder(), 'data');
    const screen = new Screen('--data-dir', dir, '--port', '0');
    await screen.shows('New passphrase');
    expect(screen.text()).toContain('This is the first start.');
    screen.enter('short');
    await screen.shows('at least 8 characters');
    screen.enter(PASSPHRASE);
    await screen.shows('Repeat the passphrase');
    screen.enter('correct house');
    await screen.shows('The passphrases do not match');
    screen.enter(PASSPHRASE);
    await screen.shows(/Repeat the passphrase.*Repeat the passphrase/s);
    expect(existsSync(dir)).toBe(false);
    screen.enter(PASSPHRASE);
    await screen.shows(/Listening on {2}127\.0\.0\.1:\d+\n/);
    await screen.shows(/To register {3}(npx @countersign\/cli-client|countersign) register --server 127/);
    await screen.shows(/^Run these commands in another terminal\. Press Ctrl-C to stop the server\.$/m);
    await screen.shows(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC {2}server started/m);
    expect(screen.text()).not.toContain('Creating the store');
    screen.interrupt();
    await screen.shows('exit 0');
    expect(screen.text()).toContain('server stopped');
    expect(screen.text()).not.toMatch(/correct|hor?se|short|\{/);
  });

  it('Ctrl-C at the passphrase ends cleanly and leaves nothing behind', async () => {
    const dir = join(folder(), 'data');
    const screen = new Screen('--data-dir', dir);
    await screen.shows('New passphrase');
    screen.interrupt();
    await screen.shows('exit 130');
    expect(screen.text()).not.toContain('Error');
    expect(existsSync(dir)).toBe(false);
  });

  it('a passphrase can be mistyped twice, and text typed ahead of the next try is discarded', async () => {
    const screen = new Screen('user', 'list', '--data-dir', await dataDir());
    await screen.shows("Administrator's passphrase");
    // The second line is typed ahead of its question; it must reach neither that question nor the shell.
    screen.enter('battery staple\rtyped ahead');
    await screen.shows('Warning: Wrong passphrase. 2 tries left.');
    screen.enter(PASSPHRASE);
    await screen.shows('exit 0');
    expect(screen.text()).not.toMatch(/1 try left|typed ahead|battery|hor?se/);
  });

  it('a third wrong passphrase ends with 7', async () => {
    const screen = new Screen('--data-dir', await dataDir());
    for (const shown of ["Administrator's passphrase", '2 tries left.', '1 try left.']) {
      await screen.shows(shown);
      screen.enter('battery staple');
    }
    await screen.shows('exit 7');
    expect(screen.text()).toContain('Error: This is not the passphrase of this store.');
    expect(screen.text()).not.toContain('battery');
  });
});
