/** A server with another key: its administrator must learn about it, since clients that remember the old key refuse it. */
import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { generateIdentity, pinOf } from '@countersign/tls-channel';
import { beforeAll, describe, expect, it } from 'vitest';
import { administrate } from './administrator.ts';
import { dataDir, folder, Inside, PASSPHRASE } from './program.ts';

const [old, other] = [
  { key: '', cert: '' },
  { key: '', cert: '' },
];
beforeAll(async () => {
  for (const identity of [old, other])
    Object.assign(identity, await generateIdentity({ hosts: ['login.example'] }));
});

function place({ key, cert }: { key: string; cert: string }, files = folder()) {
  writeFileSync(join(files, 'cert'), cert);
  writeFileSync(join(files, 'key'), key, { mode: 0o600 });
  return files;
}

function start(dir: string, files?: string): Inside {
  const given =
    files === undefined ? [] : ['--tls-cert', join(files, 'cert'), '--tls-key', join(files, 'key')];
  return new Inside(['start', '--data-dir', dir, '--port', '0', '--json', ...given], {
    input: `${PASSPHRASE}\n`,
  });
}

/** What the administrator sees some seconds after the change. */
async function shown(dir: string) {
  const now = Math.floor(Date.now() / 1000) + 60;
  const log = await administrate(dir, ['audit', 'export'], { now });
  const changes = log.json.filter(({ kind }) => kind === 'server.key_changed');
  const [certificate] = (await administrate(dir, ['cert', 'show'], { now })).json;
  const words = (await administrate(dir, ['cert', 'show'], { json: false, now })).stdout;
  const findings = (await administrate(dir, ['doctor'], { now })).json;
  return { changes, certificate, words, key: findings.find(({ code }) => code === 'key'), findings };
}

describe('a server that is started with --tls-cert', () => {
  it('is shown by cert show and doctor when there is no other certificate', async () => {
    const dir = await dataDir();
    const server = start(dir, place(old));
    await server.listening();
    await server.end();
    const { changes, certificate, key, findings } = await shown(dir);
    expect(changes).toEqual([]);
    expect(certificate).toMatchObject({ pin: pinOf(old.cert), names: ['login.example'] });
    expect(certificate).not.toHaveProperty('previousPin');
    expect(key).toBeUndefined();
    expect(findings.find(({ code }) => code === 'certificate')).toMatchObject({ verdict: 'good' });
  });

  it('and another key than last time logs, audits and shows the change', async () => {
    const dir = await dataDir();
    const first = start(dir, place(old));
    await first.listening();
    await first.end();
    const second = start(dir, place(other));
    await second.listening();
    await second.end();
    expect(second.stderr).toMatch(/"level":40.*"server.key_changed"/);
    const third = start(dir, place(other));
    await third.listening();
    await third.end();
    expect(third.stderr).not.toContain('key_changed');
    const { changes, certificate, words, key } = await shown(dir);
    const pins = { before: pinOf(old.cert), now: pinOf(other.cert) };
    expect(changes).toMatchObject([{ detail: `${pins.before}, now ${pins.now}` }]);
    expect(certificate).toMatchObject({ pin: pins.now, previousPin: pins.before });
    expect(words).toContain(pins.before);
    expect(key).toMatchObject({ verdict: 'poor' });
  });

  it('and has its key replaced while it runs logs it as well', async () => {
    const dir = await dataDir();
    const files = place(old);
    const server = start(dir, files);
    await server.listening();
    place(other, files);
    await server.prints(/"server.key_changed"/, 'stderr');
    await server.end();
    expect((await shown(dir)).certificate).toMatchObject({
      pin: pinOf(other.cert),
      previousPin: pinOf(old.cert),
    });
  });

  it('is shown although there is a certificate in the data directory', async () => {
    const dir = await dataDir();
    const own = start(dir);
    const { pin } = await own.listening();
    await own.end();
    const given = start(dir, place(old));
    await given.listening();
    await given.end();
    expect((await shown(dir)).certificate).toMatchObject({ pin: pinOf(old.cert), previousPin: pin });
    const renewed = await administrate(dir, ['cert', 'renew'], { json: false });
    expect(renewed.stderr).toMatch(/Warning: Servers use another certificate, given with --tls-cert/);
    const late = Math.floor(Date.now() / 1000) + 20 * 365 * 86_400;
    const { stdout } = await administrate(dir, ['doctor'], { json: false, now: late });
    expect(stdout).toMatch(/^BAD +The certificate expired .*\n +Renew it where it was issued/m);
  });
});

it('a server that lost its certificate creates another one, and says that clients will refuse it', async () => {
  const dir = await dataDir();
  const first = start(dir);
  const { pin } = await first.listening();
  await first.end();
  await rm(join(dir, 'tls'), { recursive: true });
  const second = start(dir);
  expect((await second.listening()).pin).not.toBe(pin);
  await second.end();
  expect(second.stderr).toContain('server.key_changed');
  expect((await shown(dir)).changes).toHaveLength(1);
});
