/** A certificate authority for tests: Debian's pebble, with a name server that resolves every name to this machine. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateIdentity } from '@countersign/tls-channel';
import { freePort } from '../../../packages/secure-store/test/postgres-cluster.ts';
import { type ChildProcess, LONG_LIMIT, spawn } from '../../../scripts/child-process.mjs';

export interface Authority {
  /** The environment in which certbot talks to this authority and writes only to the folder. */
  readonly env: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

/** Starts an authority whose files are in `folder`. It checks each name with a real HTTP challenge. */
export async function startAuthority(folder: string): Promise<Authority> {
  const at = (name: string) => join(folder, name);
  const [acme, management, http, tls, dns, dnsManagement] = [
    ...[await freePort(), await freePort(), await freePort()],
    ...[await freePort(), await freePort(), await freePort()],
  ];
  const { cert, key } = await generateIdentity({ hosts: ['127.0.0.1'] });
  writeFileSync(at('pebble.crt'), cert);
  writeFileSync(at('pebble.key'), key, { mode: 0o600 });
  const pebble = {
    listenAddress: `127.0.0.1:${acme}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: at('pebble.crt'),
    privateKey: at('pebble.key'),
    httpPort: http,
    tlsPort: tls,
  };
  writeFileSync(at('pebble.json'), JSON.stringify({ pebble }));
  mkdirSync(at('letsencrypt'));
  writeFileSync(
    at('letsencrypt/cli.ini'),
    `server = https://127.0.0.1:${acme}/dir
config-dir = ${at('certbot')}
work-dir = ${at('certbot-work')}
logs-dir = ${at('certbot-logs')}
http-01-port = ${http}
non-interactive = true
agree-tos = true
register-unsafely-without-email = true
no-random-sleep-on-renew = true
`,
  );
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', ''];
  const names = ['-defaultIPv4', '127.0.0.1', '-defaultIPv6', '', '-dns01', `127.0.0.1:${dns}`];
  const running = [
    launch('pebble-challtestsrv', [...names, ...off, '-management', `127.0.0.1:${dnsManagement}`]),
    launch('pebble', ['-config', at('pebble.json'), '-dnsserver', `127.0.0.1:${dns}`]),
  ];
  await Promise.all([
    prints(running[0], /Starting management server/),
    prints(running[1], /ACME directory available/),
  ]);
  return {
    env: { XDG_CONFIG_HOME: folder, REQUESTS_CA_BUNDLE: at('pebble.crt') },
    dispose: async () => {
      await Promise.all(running.map(stop));
    },
  };
}

function launch(name: string, args: readonly string[]): ChildProcess {
  // Without the pauses and the random refusals with which pebble tests the patience of clients.
  const env = { PATH: process.env.PATH, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' };
  return spawn(name, [...args], { env, stdio: 'pipe', timeout: LONG_LIMIT });
}

function prints(child: ChildProcess | undefined, pattern: RegExp): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    for (const stream of [child?.stdout, child?.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (pattern.test(output)) resolve();
      });
    child?.on('close', () => reject(new Error(`ended without ${pattern}: ${output}`)));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.on('close', resolve));
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await ended;
}
