/** `password --reset`: with the code of the administrator, a new password and a second factor. */
import { describe, expect, it } from 'vitest';
import type { OldAccount } from './test-server.ts';
import { useServer, wrongCode } from './use-server.ts';

const world = useServer();
const NEW_PASSWORD = 'entirely new password';
/** The code says where the server is. */
const NOWHERE = 'nowhere.invalid:1';

async function reset(): Promise<{ account: OldAccount; text: string }> {
  const account = await world.addAccount();
  return { account, text: await world.server.resetPassword(account.username) };
}

describe('password --reset', () => {
  it('over a pipe sets the password, which logs in; the code works once', async () => {
    const { account, text } = await reset();
    const { home, server } = world;
    const lines = [text, NEW_PASSWORD, NEW_PASSWORD, server.codeOf(account.secret)];
    const done = await home.run(NOWHERE, ['password', '--reset', '--json'], lines);
    expect(done).toMatchObject({
      exit: 0,
      events: [{ event: 'password_reset', username: account.username }],
    });
    expect(done.stderr).toContain(`Log in with: countersign login ${account.username} --server`);
    server.advance(30);
    const login = [account.username, NEW_PASSWORD, server.codeOf(account.secret)];
    expect(await home.run(server.address, ['login'], login)).toMatchObject({ exit: 0 });
    server.advance(30);
    const again = await home.run(NOWHERE, ['password', '--reset'], lines);
    expect(again.exit).toBe(3);
    expect(again.stderr).toMatch(/The code has been used, replaced or revoked, or has expired\./);
  });

  it('reads the code and the new password from files, and takes a recovery code', async () => {
    const { account, text } = await reset();
    const { home } = world;
    const files = ['--reset', home.write('code', text), '--password-file', home.write('new', NEW_PASSWORD)];
    const [recovery = ''] = account.recoveryCodes;
    expect(await home.run(NOWHERE, ['password', ...files], [recovery])).toMatchObject({
      exit: 0,
      stdout: `New password set: ${account.username}\n`,
    });
  });

  it('refuses an extra line before it sends anything', async () => {
    const { account, text } = await reset();
    const lines = [text, NEW_PASSWORD, NEW_PASSWORD, world.server.codeOf(account.secret), 'more'];
    expect(await world.home.run(NOWHERE, ['password', '--reset'], lines)).toMatchObject({ exit: 2 });
  });

  it('on a terminal shows whom it is for, and asks again after a wrong code', async () => {
    const { account, text } = await reset();
    const { home, server } = world;
    const typing = home.start(NOWHERE, ['password', '--reset'], { terminal: true });
    await typing.shows('Reset code');
    typing.type(text);
    await typing.shows(
      new RegExp(`The code is for\\s+server +${server.address}\\s+user name +${account.username}`),
    );
    await typing.shows('New password');
    typing.type('short');
    await typing.shows(/at\s+least\s+8\s+characters/);
    typing.type(NEW_PASSWORD);
    await typing.shows('again');
    typing.type(NEW_PASSWORD);
    await typing.shows('Code from your authenticator app');
    typing.type(wrongCode(server, account.secret));
    await typing.shows(/wrong\s+or\s+out\s+of\s+date.*4\s+attempts\s+left/s);
    typing.type(server.codeOf(account.secret));
    const { exit, stdout } = await typing.finished;
    expect(exit).toBe(0);
    expect(stdout).toContain(`New password set: ${account.username}`);
  });

  it('says so when only a recovery code is accepted', async () => {
    const { account, text } = await reset();
    const { administration } = world.server;
    const recovery = await administration.resetTotp(await administration.find(account.username));
    const lines = [text, NEW_PASSWORD, NEW_PASSWORD, recovery];
    const done = await world.home.run(NOWHERE, ['password', '--reset'], lines);
    expect(done.exit).toBe(0);
    expect(done.stderr).toContain('Only a recovery code is accepted');
  });

  it('and register each refuse the code of the other, and say which command takes it', async () => {
    const { text } = await reset();
    const { home, server } = world;
    const invitation = await server.invite({ username: 'frank' });
    const lines = [NEW_PASSWORD, NEW_PASSWORD];
    const one = await home.run(NOWHERE, ['password', '--reset'], [invitation, ...lines]);
    expect(one).toMatchObject({ exit: 2 });
    expect(one.stderr).toMatch(/an invitation to register\. Run: countersign register --invite-file -/);
    const other = await home.run(NOWHERE, ['register', '--invite-file', '-'], [text, ...lines]);
    expect(other).toMatchObject({ exit: 2 });
    expect(other.stderr).toMatch(/the code of a password reset\. Run: countersign password --reset/);
  });

  it('stops before it connects if another pin is remembered for the server', async () => {
    const { text } = await reset();
    const { home, server } = world;
    const pin = `sha256:${'A'.repeat(43)}`;
    const done = await home.run(
      NOWHERE,
      ['password', '--reset', '--pin', pin, '--server', server.address],
      [text, NEW_PASSWORD, NEW_PASSWORD],
    );
    expect(done).toMatchObject({ exit: 5 });
  });
});
