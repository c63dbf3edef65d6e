/** SIGHUP at a running server. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity, pinOf } from '@countersign/tls-channel';
import { expect, it } from 'vitest';
import { administrate } from './administrator.ts';
import { dataDir, folder, Program } from './program.ts';
import { ONCE, starting } from './starting.ts';

it.each(['1', '2'])(
  'is answered by reading limits and certificate again, in %s process(es)',
  async (workers) => {
    const dir = await dataDir();
    const files = folder();
    const [limits, key, cert] = ['limits', 'key', 'cert'].map((name) => join(files, name));
    const use = (identity: { key: string; cert: string }) => {
      writeFileSync(`${key}`, identity.key, { mode: 0o600 });
      writeFileSync(`${cert}`, identity.cert);
    };
    const [first, second] = await Promise.all(
      [1, 2].map(() => generateIdentity({ hosts: ['login.example'] })),
    );
    if (!first || !second) throw new Error('no identities');
    use(first);
    writeFileSync(`${limits}`, '{"code":{"lockAfter":50}}');
    const args = [
      '--limits',
      `${limits}`,
      '--tls-key',
      `${key}`,
      '--tls-cert',
      `${cert}`,
      '--workers',
      workers,
    ];
    const program = new Program(starting(dir, ...args), { input: ONCE });
    expect((await program.listening()).pin).toBe(pinOf(first.cert));
    const audited = async () => {
      const { json } = await administrate(dir, ['audit', 'show', '--last', '100']);
      return json.filter(({ kind }) => kind === 'server.reloaded').map(({ detail }) => detail);
    };

    writeFileSync(`${limits}`, '{"code":{"lockAfter":0}}');
    program.kill('SIGHUP');
    await program.prints(
      /SIGHUP: the server keeps its settings. The limit code.lockAfter in .* must be at least 1/,
      'stderr',
    );
    expect(await audited()).toEqual([]);

    writeFileSync(`${limits}`, '{"code":{"lockAfter":60}}');
    use({ key: second.key, cert: 'not a certificate' });
    program.kill('SIGHUP');
    await program.prints(/SIGHUP: the server keeps its settings. .*certificate/, 'stderr');
    expect(await audited()).toEqual([]);

    use(second);
    program.kill('SIGHUP');
    await program.prints(/SIGHUP: certificate and settings were read again/, 'stderr');
    await expect.poll(audited).toHaveLength(Number(workers));
    expect((await audited())[0]).toMatch(/registration open, limits code.lockAfter=60$/);
    await program.prints(/server.key_changed/, 'stderr');

    program.kill('SIGTERM');
    expect(await program.ended).toBe(0);
  },
);

it('reads the configuration file again, and names what needs a restart', async () => {
  const dir = await dataDir();
  const config = join(dir, 'config.toml');
  writeFileSync(config, 'registration = "open"\naudit-days = 30\n[limits.code]\nlockAfter = 50\n');
  const program = new Program(['--data-dir', dir, '--port', '0', '--json'], { input: ONCE });
  await program.listening();
  const audited = async () => {
    const { json } = await administrate(dir, ['audit', 'show', '--last', '100']);
    return json.filter(({ kind }) => kind === 'server.reloaded').map(({ detail }) => detail);
  };

  writeFileSync(config, 'registration = "nobody"\n');
  program.kill('SIGHUP');
  await program.prints(/SIGHUP: the server keeps its settings. .*registration/, 'stderr');
  expect(await audited()).toEqual([]);

  writeFileSync(config, 'registration = "closed"\nissuer = "Example"\nlog-level = "warn"\nport = 1\n');
  program.kill('SIGHUP');
  await program.prints(
    /SIGHUP: these settings have changed and need a restart: issuer, log-level\./,
    'stderr',
  );
  await expect.poll(audited).toEqual([expect.stringMatching(/registration closed, limits default$/)]);

  renameSync(config, `${config}.old`);
  program.kill('SIGHUP');
  await program.prints(/SIGHUP: the server keeps its settings. .*config.toml cannot be read/, 'stderr');
  expect(await audited()).toHaveLength(1);
});

it('lets register who could before, if the address in the file changes, which needs a restart', async () => {
  const dir = await dataDir();
  const config = join(dir, 'config.toml');
  writeFileSync(config, 'host = "0.0.0.0"\n');
  const program = new Program(['--data-dir', dir, '--port', '0', '--json'], { input: ONCE });
  await program.listening();

  writeFileSync(config, 'host = "127.0.0.1"\n[limits.code]\nlockAfter = 50\n');
  program.kill('SIGHUP');
  await program.prints(/SIGHUP: these settings have changed and need a restart: host\./, 'stderr');
  const reloaded = async () => {
    const { json } = await administrate(dir, ['audit', 'show', '--last', '100']);
    return json.filter(({ kind }) => kind === 'server.reloaded').map(({ detail }) => detail);
  };
  await expect.poll(reloaded).toEqual([expect.stringMatching(/registration invite, /)]);
});
