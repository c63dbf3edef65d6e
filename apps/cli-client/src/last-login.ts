/**
 * The server and user name of the last completed login, offered as defaults on a terminal. They are in the file
 * `last-login.json` in the configuration folder. A file that cannot be used is ignored, and scripts never use it.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatServer, parseServer, type ServerAddress } from '@countersign/auth-client/server-address';
import { type Io, replaceFile, userFolder } from '@countersign/terminal';

/** A login that both factors have completed. */
export interface LastLogin {
  readonly server: ServerAddress;
  readonly username: string;
}

/** Returns the last login; `undefined` without a terminal. */
export async function lastLogin(io: Io): Promise<LastLogin | undefined> {
  const path = fileIn(io);
  if (!io.isTerminal || path === undefined) return undefined;
  try {
    const { server, username }: Record<string, unknown> = JSON.parse(await readFile(path, 'utf8'));
    if (typeof server !== 'string' || typeof username !== 'string') return undefined;
    return { server: parseServer(server), username };
  } catch {
    return undefined;
  }
}

/** Remembers a complete login. Nothing is remembered without a terminal. */
export async function rememberLogin(io: Io, { server, username }: LastLogin): Promise<void> {
  const path = fileIn(io);
  if (!io.isTerminal || path === undefined) return;
  try {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    await replaceFile(path, `${JSON.stringify({ server: formatServer(server), username })}\n`, 0o600);
  } catch {
    // The next login asks as before.
  }
}

/** Forgets the last login if it was at this server, as `formatServer` writes it. */
export async function forgetLogin(io: Io, server: string): Promise<void> {
  const path = fileIn(io);
  const last = path === undefined ? undefined : await lastLogin(io);
  if (path !== undefined && last && formatServer(last.server) === server) await rm(path, { force: true });
}

function fileIn({ env }: Io): string | undefined {
  const folder = env.COUNTERSIGN_CONFIG_DIR || userFolder('config', 'countersign', env);
  return folder === undefined ? undefined : join(folder, 'last-login.json');
}
