/**
 * What a running server publishes for `status`: a file in the folder `running` of the data directory, from when it listens
 * until it ends. Several servers can use one data directory, so each has its own file. A server that is
 * killed leaves its file behind, so `status` checks what it reads, and the next server on that port replaces it.
 */
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '@countersign/terminal';
import type { ListeningAt } from '../ui/listening.ts';

/** The folder in the data directory. */
export const RUNNING_FOLDER = 'running';

/** A running server. Nothing here is secret. */
export interface Running {
  readonly pid: number;
  /** The machine of that process. */
  readonly machine: string;
  readonly host: string;
  readonly port: number;
  readonly public?: string | undefined;
  readonly pin: string;
  readonly registration: string;
  readonly version: string;
  /** When it began to listen, ISO 8601. */
  readonly since: string;
  /** The text of the place of its store. */
  readonly store: string;
  readonly workers: number;
  /** It is behind relays, whose connections must begin with a PROXY header. */
  readonly behindRelays: boolean;
  readonly metricsPort?: number | undefined;
}

/** What `start` knows of a server beyond where it listens. */
type Known = Pick<Running, 'store' | 'workers' | 'behindRelays'>;

/**
 * Writes the file of a server.
 * @returns a function that removes it
 * @throws {CliError} unwritable_file
 */
export async function announce(
  dataDir: string,
  { host, port, pin, publicAddress, registration, metricsPort }: ListeningAt,
  { store, workers, behindRelays }: Known,
  now: number,
): Promise<() => Promise<void>> {
  const dir = join(dataDir, RUNNING_FOLDER);
  const machine = hostname();
  const path = join(dir, `${port}.json`);
  const running: Running = {
    pid: process.pid,
    machine,
    host,
    port,
    public: publicAddress,
    pin,
    registration,
    version: ownVersion(),
    since: new Date(now).toISOString(),
    store,
    workers,
    behindRelays,
    metricsPort,
  };
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await replaceFile(path, `${JSON.stringify(running)}\n`, 0o600);
  return () => rm(path, { force: true });
}

/** Returns what the files say, without checking it. Files that cannot be read are left out. */
export async function readRunning(dataDir: string): Promise<Running[]> {
  const dir = join(dataDir, RUNNING_FOLDER);
  const names = await readdir(dir).catch(() => []);
  const read = names
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) =>
      readFile(join(dir, name), 'utf8')
        .then(JSON.parse)
        .catch(() => undefined),
    );
  return (await Promise.all(read)).filter(isRunning);
}

/**
 * Checks whether a server runs, by its process and by its key.
 * @returns `silent` if its process lives but does not answer, or another program has its port
 */
export async function stateOf(
  { pid, machine, host, port, pin, behindRelays }: Running,
  signal: AbortSignal,
): Promise<'running' | 'silent' | 'gone'> {
  const lives = machine === hostname() && processLives(pid);
  if (behindRelays) return lives ? 'running' : 'gone';
  const { connectTls } = await import('@countersign/tls-channel');
  const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  try {
    const trust = { kind: 'pin', pin } as const;
    const channel = await connectTls({ host: everywhere[host] ?? host, port, trust, signal, timeout: 3000 });
    await channel.close();
    return 'running';
  } catch {
    signal.throwIfAborted();
    return lives ? 'silent' : 'gone';
  }
}

function processLives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function ownVersion(): string {
  const manifest = new URL('../../package.json', import.meta.url);
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}

function isRunning(value: unknown): value is Running {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const isText = (name: string) => typeof fields.get(name) === 'string';
  const texts = ['machine', 'host', 'pin', 'registration', 'version', 'since', 'store'];
  return (
    texts.every(isText) && ['pid', 'port', 'workers'].every((name) => Number.isInteger(fields.get(name)))
  );
}
