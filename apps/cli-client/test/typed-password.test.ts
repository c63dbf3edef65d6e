/** The password that a person types: what is noticed before it, and what happens when it is mistyped. */
import { describe, expect, it } from 'vitest';
import { OLD_PASSWORD } from './test-server.ts';
import { useServer } from './use-server.ts';

const world = useServer();
const { home } = world;

describe('login on a terminal', () => {
  it('lets a person mistype the password twice, each on a connection of its own', async () => {
    const { username, secret } = await world.addAccount();
    const login = home.start(world.server.address, ['login', username], { terminal: true });
    await login.shows('Password');
    login.type('not it', 'typed ahead of the next question');
    await login.shows(/Warning:.* Wrong password or unknown user\. 2 tries left\./);
    login.type('not it either');
    await login.shows(/1 try left/);
    login.type(OLD_PASSWORD);
    await login.shows('Code from');
    login.type(world.server.codeOf(secret));
    const { exit, stderr } = await login.finished;
    expect(exit).toBe(0);
    expect(stderr).toMatch(/2\s+passwords\s+refused\s+since\s+the\s+last\s+login/);
    expect(stderr).not.toContain('typed ahead');
  });

  it('ends after the third wrong password', async () => {
    const { username } = await world.addAccount();
    const login = home.start(world.server.address, ['login', username], { terminal: true });
    for (const asked of [/Password/, /2 tries left/, /1 try left/]) {
      await login.shows(asked);
      login.type('not it');
    }
    expect((await login.finished).stderr).toMatch(/Wrong\s+password\s+or\s+unknown\s+user\.\s+Check\s+both/);
  });

  it('ends at the first delay of the server', async () => {
    const { username } = await world.addAccount();
    for (const wait of [0, 0, 0, 0, 2, 4, 8, 16, 32]) {
      world.server.advance(wait);
      await home.run(world.server.address, ['login'], [username, 'not it']);
    }
    const login = home.start(world.server.address, ['login', username], { terminal: true });
    await login.shows('Password');
    login.type('not it');
    expect((await login.finished).stderr).toMatch(/Too\s+many\s+attempts/);
  });

  it('reports a missing server before the password is asked for', async () => {
    const login = home.start('127.0.0.1:1', ['login', 'alice'], { terminal: true });
    const { exit, stderr } = await login.finished;
    expect(exit).toBe(6);
    expect(stderr).not.toContain('Password');
  });
});
