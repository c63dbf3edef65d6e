/**
 * What a running server publishes on its machine: a file in a folder, from when it listens until it ends. Several servers
 * can share the folder, so each has its own file. A server that is killed leaves its file behind, so a reader checks it
 * (`stateOf`), and the next server on that port replaces it.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { placeBytes } from '@countersign/own-files';
import { z } from 'zod';

const runningSchema = z.object({
  pid: z.int(),
  /** The machine of that process. */
  machine: z.string(),
  host: z.string(),
  port: z.int(),
  public: z.string().optional(),
  pin: z.string(),
  registration: z.string(),
  version: z.string(),
  /** When it began to listen, ISO 8601. */
  since: z.string(),
  /** The place of its store, for people. */
  store: z.string(),
  workers: z.int(),
  /** It is behind relays, whose connections must begin with a PROXY header. */
  behindRelays: z.boolean().default(false),
  metricsPort: z.int().optional(),
});
/** A running server. Nothing here is secret. */
export type Running = z.output<typeof runningSchema>;

/**
 * Writes the file of this server, `PORT.json`, and creates its folder.
 * @param now Unix milliseconds
 * @returns a function that removes the file
 * @throws the error of the system when the file cannot be written
 */
export async function announce(
  path: string,
  server: Omit<Running, 'pid' | 'machine' | 'since'>,
  now: number,
): Promise<() => Promise<void>> {
  const since = new Date(now).toISOString();
  const running: Running = { pid: process.pid, machine: hostname(), ...server, since };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await placeBytes({ path, mode: 0o600, replace: true }, `${JSON.stringify(running)}\n`);
  return () => rm(path, { force: true });
}

/** Returns what the files in a folder say, without checking it. Files that cannot be read are left out. */
export async function readRunning(dir: string): Promise<Running[]> {
  const names = await readdir(dir).catch(() => []);
  const read = names
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => readFile(join(dir, name), 'utf8').then((text) => runningSchema.parse(JSON.parse(text))));
  return (await Promise.allSettled(read)).flatMap((each) =>
    each.status === 'fulfilled' ? [each.value] : [],
  );
}

/**
 * Checks whether a server runs, by its process and by its key.
 * @returns `gone` if it has ended; `silent` if its process lives but does not answer, or another program has its port
 * @throws the reason of `signal`
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
