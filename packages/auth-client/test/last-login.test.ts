import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { LastLoginFile } from '../src/known/last-login.ts';

const root = mkdtempSync(join(tmpdir(), 'last-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const login = { server: { host: '::1', port: 8443 }, username: 'alice' };

it('the last login is kept for its user alone, and forgotten with its server', async () => {
  const path = join(root, 'config', 'last-login.json');
  const file = new LastLoginFile(path);
  expect(await file.read()).toBeUndefined();
  await file.remember({ ...login, username: 'bob' });
  await file.remember(login);
  expect(await file.read()).toEqual(login);
  expect([statSync(path).mode & 0o777, statSync(join(root, 'config')).mode & 0o777]).toEqual([0o600, 0o700]);
  await file.forget('[::1]:1');
  expect(await file.read()).toEqual(login);
  await file.forget('[::1]:8443');
  expect(await file.read()).toBeUndefined();
});

it('the last login is none if the file is damaged, cannot be written, or has no place', async () => {
  const path = join(root, 'last-login.json');
  for (const text of ['{"server":', 'null', '{"server":"a","username":1}', '{"server":"","username":"a"}']) {
    writeFileSync(path, text);
    expect(await new LastLoginFile(path).read()).toBeUndefined();
  }
  mkdirSync(join(root, 'folder'));
  chmodSync(join(root, 'folder'), 0o500);
  await new LastLoginFile(join(root, 'folder')).remember(login);
  const nowhere = new LastLoginFile(undefined);
  await nowhere.remember(login);
  await nowhere.forget('[::1]:8443');
  expect(await nowhere.read()).toBeUndefined();
});
