/** What `start` prints when the server listens. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { quoted } from '@countersign/terminal';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it } from 'vitest';
import { hostsOf } from '../../../packages/tls-channel/src/identity-files.ts';
import { type CommonOptions, settingsFrom } from '../src/settings.ts';
import { makeTlsFiles } from '../src/tls-files.ts';
import { type ListeningAt, printListening } from '../src/ui/listening.ts';

const AT: ListeningAt = { host: '127.0.0.1', port: 8443, pin: 'sha256:pin', registration: 'open' };

async function said(
  at: Partial<ListeningAt>,
  { options = {}, env = {} }: { options?: CommonOptions; env?: Record<string, string> } = {},
): Promise<string> {
  const { io, stdout } = memoryIo({ env });
  await printListening(io, settingsFrom(options, env), { ...AT, ...at });
  return stdout();
}

describe('a server that listens', () => {
  it('prints who can register, and the commands for that and for a login', async () => {
    expect(await said({})).toBe(
      [
        'Listening on  127.0.0.1:8443',
        'Pin           sha256:pin',
        'Registration  open to anyone who can reach this server',
        'To register   countersign register --server 127.0.0.1:8443',
        'To log in     countersign login --server 127.0.0.1:8443',
        '',
      ].join('\n'),
    );
    const closed = await said({ registration: 'closed' });
    expect(closed).toContain('Registration  closed\nTo log in ');
  });

  it('prints the command that invites to this store, wherever it is', async () => {
    const options = { dataDir: "/srv/it's here", store: 'postgres://db/x' };
    const invite = await said({ registration: 'invite' }, { options });
    expect(invite).toContain(
      String.raw`To invite     countersign-server invite create --server 127.0.0.1:8443 --data-dir '/srv/it'\''s here' --store postgres://db/x`,
    );
    expect(invite).toContain('To register   countersign register --invite-file -\n');
    const usual = await said({ registration: 'invite' });
    expect(usual).toContain('To invite     countersign-server invite create --server 127.0.0.1:8443\n');
    const known = await said({ registration: 'invite', publicAddress: 'login.example.org:443' });
    expect(known).toContain('To invite     countersign-server invite create\n');
    expect(known).toContain('To log in     countersign login --server login.example.org:443\n');
  });

  it('prints whole commands, however long the path of the store is', async () => {
    const options = { dataDir: `/srv/${'d'.repeat(150)}`, store: `postgres://db/${'x'.repeat(150)}` };
    const invite = await said({ registration: 'invite' }, { options });
    expect(invite).toContain(
      `invite create --server 127.0.0.1:8443 --data-dir ${options.dataDir} --store ${options.store}\n`,
    );
  });

  it('prints the absolute path of the store, since another terminal is in another directory', async () => {
    const invite = await said({ registration: 'invite' }, { options: { store: 'lmdb:./db' } });
    expect(invite).toContain(
      `invite create --server 127.0.0.1:8443 --store ${quoted(`lmdb:${resolve('db')}`)}\n`,
    );
  });

  it('prints commands in the form in which it was started itself', async () => {
    const npm = await said({ registration: 'invite' }, { env: { npm_lifecycle_event: 'start' } });
    expect(npm).toContain('To log in     npm run client -- login --server ');
    expect(npm).toContain('To invite     npx @countersign/cli-server invite create');
    const npx = await said({ registration: 'invite' }, { env: { npm_command: 'exec' } });
    expect(npx).toContain('To log in     npx @countersign/cli-client login --server ');
  });

  it('puts IPv6 addresses in brackets, quoted for a shell, and its own name in lower case', async () => {
    const six = await said({ host: '::1' });
    expect(six).toContain('Listening on  [::1]:8443\n');
    expect(six).toContain("countersign login --server '[::1]:8443'\n");
    const all = await said({ host: '::' });
    expect(all).toContain(`countersign login --server ${hostname().toLowerCase()}:8443\n`);
    expect(hostsOf('Login.Example')).toContain('login.example');
  });

  it('reports why its certificate cannot be written', async () => {
    await expect(makeTlsFiles('/nowhere/at all', 'localhost')).rejects.toMatchObject({
      exit: 7,
      message: 'The directory /nowhere/at all cannot be used: it cannot be created there.',
    });
  });

  it('prints the same for programs', async () => {
    expect(JSON.parse(await said({}, { options: { json: true } }))).toEqual({ event: 'listening', ...AT });
  });
});
