/** The file that makes this client a known device. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Home } from './test-client.ts';
import { OLD_PASSWORD, type OldAccount, startTestServer } from './test-server.ts';
import { useServer } from './use-server.ts';

const place = useServer();
let home: Home;
let old: OldAccount;

beforeEach(async () => {
  home = new Home();
  old = await place.addAccount();
});
afterEach(() => home.remove());

function login(...options: string[]) {
  place.server.advance(30);
  const lines = [old.username, OLD_PASSWORD, place.server.codeOf(old.secret)];
  return home.run(place.server.address, ['login', '--json', ...options], lines);
}

const folder = () => home.path('devices');
const files = () => (existsSync(folder()) ? readdirSync(folder()) : []);
const onlyFile = () => {
  const [name, ...more] = files();
  if (name === undefined || more.length > 0) throw new Error(`not one file: ${files().join()}`);
  return join(folder(), name);
};
const kept = (): { token: string; pin: string } => JSON.parse(readFileSync(onlyFile(), 'utf8'));
const devices = async () => {
  const account = await place.server.services.accounts.find(old.username);
  return account?.devices ?? [];
};

describe('the token of a device', () => {
  it('is stored for its owner alone after a complete login, and never changes', async () => {
    await home.run(place.server.address, ['login'], [old.username, OLD_PASSWORD, '000000']);
    expect(files()).toEqual([]);
    expect(await login()).toMatchObject({ exit: 0, stderr: expect.not.stringContaining('device') });
    expect(statSync(onlyFile()).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    const { token } = kept();
    expect(await login()).toMatchObject({ exit: 0, stderr: expect.not.stringContaining('device') });
    expect(kept().token).toBe(token);
    expect(await devices()).toMatchObject([{ again: true }]);
  });

  it('differs for another account on the same server', async () => {
    await login();
    old = await place.addAccount();
    await login();
    const tokens = files().map((name) => JSON.parse(readFileSync(join(folder(), name), 'utf8')).token);
    expect(new Set(tokens).size).toBe(2);
  });

  it('is not sent to a server with another key', async () => {
    await login();
    const before = kept();
    const other = await startTestServer();
    try {
      // The same name and address with the pin of another server: as after an attack on the name service.
      const file = onlyFile();
      writeFileSync(file, JSON.stringify({ ...before, pin: other.pin }));
      rmSync(home.path('servers'), { recursive: true });
      await login();
      expect(kept().token).not.toBe(before.token);
      expect(await devices()).toHaveLength(2);
    } finally {
      await other.close();
    }
  });

  it('is sent to a server with another key if a certificate authority verifies it', async () => {
    await login();
    const before = kept();
    writeFileSync(onlyFile(), JSON.stringify({ ...before, pin: `sha256:${'A'.repeat(43)}` }));
    const ca = home.write('ca.pem', place.server.cert);
    expect(await login('--ca', ca)).toMatchObject({ exit: 0 });
    expect(kept()).toEqual(before);
    expect(await devices()).toHaveLength(1);
  });

  it('is replaced when it is missing or damaged, with a warning', async () => {
    await login();
    writeFileSync(onlyFile(), 'rubbish');
    const damaged = await login();
    expect(damaged).toMatchObject({ exit: 0 });
    expect(damaged.stderr).toContain('The server may not recognise this device: it is damaged');
    expect(await login()).toMatchObject({ exit: 0, stderr: expect.not.stringContaining('device') });
    rmSync(folder(), { recursive: true });
    expect(await login()).toMatchObject({ exit: 0, stderr: expect.not.stringContaining('device') });
    expect(await devices()).toHaveLength(3);
  });

  it('that cannot be stored causes a warning and does not end the login', async () => {
    writeFileSync(folder(), '');
    const result = await login();
    expect(result).toMatchObject({ exit: 0, events: [{ event: 'authenticated' }] });
    expect(result.stderr).toContain(
      'The server may not recognise this device: part of the path is not a directory',
    );
  });

  it('that cannot be stored because of a directory causes a warning and does not end the login', async () => {
    await login();
    const file = onlyFile();
    rmSync(file);
    mkdirSync(file);
    expect(await login()).toMatchObject({ exit: 0, stderr: expect.stringContaining('it is a directory') });
  });

  it('is forgotten with its server', async () => {
    await login();
    expect(await home.run(place.server.address, ['servers', 'forget', place.server.address])).toMatchObject({
      exit: 0,
    });
    expect(files()).toEqual([]);
  });

  it('stays valid on the device that changes the password, and no other', async () => {
    await login();
    const other = new Home();
    const first = home;
    home = other;
    await login();
    home = first;
    place.server.advance(30);
    const code = place.server.codeOf(old.secret);
    const next = 'another password';
    const changing = home.start(place.server.address, ['password', '--json'], {});
    changing.type(old.username, OLD_PASSWORD, code, next, next);
    place.server.advance(30);
    changing.type(place.server.codeOf(old.secret));
    changing.end();
    expect(await changing.finished).toMatchObject({ exit: 0 });
    expect(await devices()).toHaveLength(1);
    other.remove();
  });
});
