/**
 * PgBouncer in transaction mode, as in managed pools: every transaction may get a different server session.
 */
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LONG_LIMIT, spawn } from '../../../scripts/child-process.mjs';
import { freePort, ownerOf } from './postgres-cluster.ts';

export interface Bouncer {
  /** The same URL through the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** @param server the URL of the server behind it, whose user needs no password */
export async function startPgbouncer(server: string): Promise<Bouncer> {
  const { hostname, port, username } = new URL(server);
  const dir = mkdtempSync(join(tmpdir(), 'countersign-pgbouncer-'));
  const listening = await freePort();
  const users = join(dir, 'users');
  const settings = join(dir, 'pgbouncer.ini');
  writeFileSync(users, `"${username}" ""\n`);
  // Fewer sessions than a back end has connections, so that each serves several.
  writeFileSync(
    settings,
    `[databases]
* = host=${hostname} port=${port || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${listening}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = 5
max_client_conn = 1000
logfile = ${join(dir, 'log')}
`,
  );
  const owner = ownerOf();
  if (owner !== undefined) for (const path of [dir, users, settings]) chownSync(path, owner.uid, owner.gid);
  const child = spawn('/usr/sbin/pgbouncer', [settings], { ...owner, stdio: 'ignore', timeout: LONG_LIMIT });
  const ended = once(child, 'exit');
  await untilAnswers(listening, child);
  return {
    through: (url) => {
      const changed = new URL(url);
      changed.hostname = '127.0.0.1';
      changed.port = String(listening);
      return changed.href;
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true });
    },
  };
}

async function untilAnswers(port: number, child: { readonly exitCode: number | null }): Promise<void> {
  for (let attempts = 0; attempts < 500 && child.exitCode === null; attempts += 1) {
    const socket = connect(port, '127.0.0.1');
    const answered = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answered) return;
    await sleep(20);
  }
  throw new Error('pgbouncer does not answer');
}
