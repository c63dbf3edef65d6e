/** `import` with the real programs: the users of an old database log in with the real client. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it } from 'vitest';
import { execFileSync, spawnSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { run as runInside } from '../src/run.ts';
import { addAccounts, NOW } from './administrator.ts';
import { dataDir, folder, Inside, PASSPHRASE, Program } from './program.ts';

const FIXTURES = new URL('../../../packages/auth-server/test/fixtures/', import.meta.url);
const OLD = fileURLToPath(new URL('legacy-users.enc', FIXTURES));
const CLIENT = fileURLToPath(new URL('../../cli-client/bin/countersign.js', import.meta.url));

function secretFile(dir: string, name: string, secret: string): string {
  const path = join(dir, name);
  writeFileSync(path, `${secret}\n`);
  chmodSync(path, 0o600);
  return path;
}

/** Returns a data directory with an empty store, and the options that unlock it. */
async function emptyStore() {
  const dir = folder();
  const passphrase = secretFile(dir, 'passphrase', PASSPHRASE);
  const store = await dataDir();
  const common = ['--data-dir', store, '--passphrase-file', passphrase];
  return { dir, store, common, legacy: secretFile(dir, 'legacy', 'correct horse') };
}

async function run(args: readonly string[], input?: string) {
  const program = new Inside(args, input === undefined ? {} : { input });
  const exit = await program.ended;
  const { stdout, stderr } = program;
  return { exit, stdout, stderr };
}

describe('import legacy', () => {
  withCounterpart('oathtool', 'with a code of oathtool', () => {
    it('reports users with the same name, imports all with a rename, and lets a user log in', async () => {
      const { dir, common, legacy } = await emptyStore();
      const command = [...common, 'import', 'legacy', OLD, '--legacy-passphrase-file', legacy];

      const stopped = await run(command);
      expect(stopped.exit).toBe(3);
      expect(stopped.stdout).toContain('another user would get the same name');
      expect(stopped.stderr).toContain('Give 2 users a --rename OLD=NEW, or LINE:OLD=NEW');
      expect(stopped.stderr).not.toContain('Correct');
      expect((await run([...common, 'user', 'list', '--json'])).stdout).toBe('');

      const dry = await run([...command, '--rename', 'Alice=alice2', '--dry-run']);
      expect(dry).toMatchObject({ exit: 0 });
      expect(dry.stdout).toContain('9 accounts would be created.');
      expect((await run([...common, 'user', 'list', '--json'])).stdout).toBe('');

      const taken = await run([...command, '--rename', 'Alice=alice2', '--yes', '--json']);
      expect(taken.exit).toBe(0);
      const lines = taken.stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
      expect(lines.at(-1)).toMatchObject({ event: 'import', taken: 9, weakSecrets: 9, unresolved: 0 });

      const again = await run([...command, '--rename', 'Alice=alice2', '--yes']);
      expect(again).toMatchObject({ exit: 0 });
      expect(again.stdout).toContain('9 already here');

      const server = new Program([...common, 'start', '--port', '0', '--json']);
      const { port } = await server.listening();
      const code = execFileSync('oathtool', ['--totp', '-b', 'GBG7SLVKHSAJZWIZ'], {
        encoding: 'utf8',
      }).trim();
      const password = secretFile(dir, 'password', 'password123');
      const login = spawnSync(
        process.execPath,
        [
          CLIENT,
          'login',
          'alice',
          '--server',
          `127.0.0.1:${port}`,
          '--password-file',
          password,
          '--code',
          code,
          '--json',
        ],
        { encoding: 'utf8', env: { ...process.env, COUNTERSIGN_CONFIG_DIR: join(dir, 'client') } },
      );
      expect(login.status, login.stderr).toBe(0);
      expect(login.stdout).toContain('{"event":"authenticated","username":"alice"');
      // The old form stays until the user spends a code on the new one; the client offers that.
      server.kill('SIGINT');
      await server.ended;

      const shown = await run([...common, 'user', 'show', 'alice', '--json']);
      expect(JSON.parse(shown.stdout)).toMatchObject({ suite: '2048-legacy-x', totp: { weak: true } });
    });
  });

  it('skips the users who cannot be imported, and lists them, with --skip-unresolved', async () => {
    const { common, legacy } = await emptyStore();
    const command = [...common, 'import', 'legacy', OLD, '--legacy-passphrase-file', legacy];
    const { exit, stdout } = await run([...command, '--skip-unresolved'], 'yes\n');
    expect(exit).toBe(0);
    expect(stdout).toContain('7 accounts created, 2 users not imported.');
  });

  it('creates the other accounts when a name is taken before the confirmation, and lists that user', async () => {
    const { store, common, legacy } = await emptyStore();
    const command = ['import', 'legacy', OLD, '--legacy-passphrase-file', legacy, '--rename', 'Alice=alice2'];
    const { io, keys, stdout, stderr } = memoryIo({ terminal: true, columns: 200 });
    const importing = runInside([...common, ...command], io);
    await expect.poll(stderr, { timeout: 20_000 }).toContain('This creates 9 accounts');
    await addAccounts(store, { username: 'alice' });
    keys.write('yes\r');
    expect(await importing).toBe(3);
    expect(stdout()).toContain('8 accounts created, 1 user not imported.');
    expect(stdout()).toMatch(/2 +alice +an account with this name already exists/);
    expect(stderr()).toContain('others registered their names in the meantime');

    const again = await run([...common, ...command, '--rename', 'alice=alice3', '--yes']);
    expect(again).toMatchObject({ exit: 0 });
    expect(again.stdout).toContain('1 account created, 8 already here.');
  });

  it('stops at Ctrl-C between two accounts, and continues when it is run again', async () => {
    const { common, legacy } = await emptyStore();
    const command = ['import', 'legacy', OLD, '--legacy-passphrase-file', legacy, '--rename', 'Alice=alice2'];
    let times = 0;
    const { io, stdout, stderr } = memoryIo({
      // The clock is read for the plan, for the journal, and then for the event of each account.
      now: () => {
        if (++times === 5) io.interrupt();
        return NOW * 1000;
      },
    });
    expect(await runInside([...common, ...command, '--yes'], io)).toBe(130);
    expect(stdout()).toContain('3 accounts created, 6 users left for the next run.');
    expect(stderr()).toContain('Interrupted: 3 accounts created, 6 to go. Run the same import again');

    const again = await run([...common, ...command, '--yes']);
    expect(again).toMatchObject({ exit: 0 });
    expect(again.stdout).toContain('6 accounts created, 3 already here.');
  });

  it('lets a person mistype the password of the old system', async () => {
    const { common } = await emptyStore();
    const { io, keys, stderr } = memoryIo({ terminal: true, columns: 200 });
    const importing = runInside([...common, 'import', 'legacy', OLD, '--dry-run', '--skip-unresolved'], io);
    await expect.poll(stderr, { timeout: 20_000 }).toContain('administrator password');
    keys.write('incorrect horse\r');
    await expect.poll(stderr).toContain('Wrong password for this file. 2 tries left.');
    keys.write('correct horse\r');
    expect(await importing).toBe(0);
  });

  it('refuses a wrong password, a missing file, and a rename without a user', async () => {
    const { dir, common, legacy } = await emptyStore();
    const wrong = secretFile(dir, 'wrong', 'incorrect horse');
    const importing = (file: string, password: string, ...more: string[]) =>
      run([...common, 'import', 'legacy', file, '--legacy-passphrase-file', password, ...more]);
    expect(await importing(OLD, wrong)).toMatchObject({ exit: 7 });
    expect(await importing(join(dir, 'missing'), legacy)).toMatchObject({ exit: 2 });
    expect(await importing(OLD, legacy, '--rename', 'zoe=zoey')).toMatchObject({ exit: 2 });
    expect(await importing(OLD, legacy, '--rename', 'zoe')).toMatchObject({ exit: 2 });
  });
});

describe('import users', () => {
  it('counts a repeated line once, and asks for the line number of a name that two users have', async () => {
    const { dir, common } = await emptyStore();
    const line = (username: string, verifier: string) =>
      JSON.stringify({
        username,
        suite: '2048-sha256',
        salt: '01',
        verifier,
        totp: { secret: 'AAAAAAAAAAAAAAAA' },
      });
    const lines = [line('alice', '0abc'), line('alice', '0def'), line('alice', '0abc')];
    const file = secretFile(dir, 'users.jsonl', lines.join('\n'));
    const command = [...common, 'import', 'users', file, '--yes'];

    const vague = await run([...command, '--rename', 'alice=bobby']);
    expect(vague).toMatchObject({ exit: 2, stdout: '' });
    expect(vague.stderr).toContain('2 users have the name alice, on the lines 1, 2.');
    expect(vague.stderr).toContain('--rename 2:alice=NEW');

    const done = await run([...command, '--rename', '2:alice=bobby']);
    expect(done).toMatchObject({ exit: 0 });
    expect(done.stdout).toContain('the same as line 1');
    expect(done.stdout).toContain('2 accounts created.');
  });

  it('reports every line that cannot be imported', async () => {
    const { dir, common } = await emptyStore();
    const file = secretFile(dir, 'users.jsonl', '{"username":"alice"}\nnot json');
    const { exit, stdout, stderr } = await run([...common, 'import', 'users', file, '--json']);
    expect(exit).toBe(3);
    expect(stderr).toContain(
      'Correct 2 rows in the file; another name does not help there. Or skip them with',
    );
    expect(stderr).not.toContain('--rename');
    expect(stdout).toContain('"problem":"bad_fields"');
    expect(stdout).toContain('"problem":"not_json"');
  });
});
