/** A temporary PostgreSQL server that tests can stop, start and configure. */
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile, execFileSync } from '../../../scripts/child-process.mjs';
import { POSTGRES_PROGRAMS, postgresPrograms } from '../../../scripts/counterparts.mjs';

export type StopMode = 'fast' | 'immediate';

export interface Standby {
  readonly port: number;
  /** Makes it a server that accepts writes. */
  promote(): Promise<void>;
  dispose(): Promise<void>;
}

export interface Cluster {
  readonly dir: string;
  readonly port: number;
  /** As the superuser `postgres`, who needs no password from this machine until `hba` says otherwise. */
  readonly url: string;
  start(): Promise<void>;
  stop(mode: StopMode): Promise<void>;
  /** Starts a standby of this server. From then on each commit waits until the standby has it too. */
  makeStandby(): Promise<Standby>;
  /** Writes a file into the directory, for the server to read. */
  write(name: string, contents: string): string;
  dispose(): Promise<void>;
}

export async function makeCluster(): Promise<Cluster> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error(`no PostgreSQL server below ${POSTGRES_PROGRAMS}`);
  const owner = ownerOf();
  const parent = mkdtempSync(join(tmpdir(), 'countersign-pg-'));
  const dir = join(parent, 'data');
  if (owner !== undefined) chownSync(parent, owner.uid, owner.gid);
  const port = await freePort();
  const call = async (program: string, ...args: string[]) => {
    await execFile(join(programs, program), args, { ...owner, cwd: parent });
  };
  await call('initdb', '-D', dir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--no-locale');
  const startAt = (at: string, on: number) =>
    call('pg_ctl', 'start', '-D', at, '-w', '-l', `${at}.log`, '-o', settingsOf(on, parent));
  const start = () => startAt(dir, port);
  const stop = (mode: StopMode) => call('pg_ctl', 'stop', '-D', dir, '-w', '-m', mode);
  await start();
  return {
    dir: parent,
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    start,
    stop,
    async makeStandby() {
      const copy = join(parent, 'standby');
      const on = await freePort();
      await call(
        'pg_basebackup',
        '-D',
        copy,
        '-R',
        '-h',
        '127.0.0.1',
        '-p',
        String(port),
        '-U',
        'postgres',
        '-c',
        'fast',
      );
      await startAt(copy, on);
      const psql = (sql: string) =>
        call('psql', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-qc', sql);
      await psql("ALTER SYSTEM SET synchronous_standby_names = '*'");
      await psql('SELECT pg_reload_conf()');
      return {
        port: on,
        promote: () => call('pg_ctl', 'promote', '-D', copy, '-w'),
        dispose: () => call('pg_ctl', 'stop', '-D', copy, '-w', '-m', 'immediate'),
      };
    },
    write: (name, contents) => {
      const path = join(dir, name);
      writeFileSync(path, contents, { mode: 0o600 });
      if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
      return path;
    },
    dispose: async () => {
      if (existsSync(join(dir, 'postmaster.pid'))) await stop('immediate');
      rmSync(parent, { recursive: true });
    },
  };
}

function settingsOf(port: number, sockets: string): string {
  return `-p ${port} -k ${sockets} -c listen_addresses=127.0.0.1 -c max_connections=40`;
}

/** The server refuses to run as root. */
export function ownerOf(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
