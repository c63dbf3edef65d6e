/**
 * Finds a user's folders by the XDG Base Directory Specification, or the conventions of macOS and Windows. `env-paths` is
 * not used because it looks up the home directory on import, which fails without one, and accepts relative XDG paths,
 * which the specification tells programs to ignore.
 */
import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Io } from '../program/io.ts';

/** Returns the home directory, or `undefined` if neither the environment nor the password file has an absolute path. */
export function homeFolder(env: Io['env'], platform = process.platform): string | undefined {
  const named = platform === 'win32' ? env.USERPROFILE : env.HOME;
  if (named !== undefined && isAbsolute(named)) return named;
  try {
    const { homedir } = userInfo();
    return isAbsolute(homedir) ? homedir : undefined;
  } catch {
    return undefined; // a user id without an entry, as containers often have
  }
}

/**
 * Returns the folder for what the program `name` keeps until the user logs out of the computer. The folder above it belongs
 * to the user and is removed then, or at the latest when the computer restarts.
 * @returns an absolute path, or `undefined` where the system has no such folder
 */
export function runtimeFolder(name: string, env: Io['env'], platform = process.platform): string | undefined {
  if (platform === 'win32') return undefined;
  const base = platform === 'darwin' ? env.TMPDIR : env.XDG_RUNTIME_DIR;
  return base !== undefined && isAbsolute(base) ? join(base, name) : undefined;
}

/** The variable that names a base folder, its place below the home directory otherwise, and a folder in the program's own. */
type Base = readonly [variable: string | undefined, below: string, inside?: string];

const XDG = { data: ['XDG_DATA_HOME', '.local/share'], config: ['XDG_CONFIG_HOME', '.config'] } as const;
const OTHERS: Readonly<Record<string, { readonly data: Base; readonly config: Base }>> = {
  win32: {
    data: ['LOCALAPPDATA', 'AppData/Local', 'Data'],
    config: ['APPDATA', 'AppData/Roaming', 'Config'],
  },
  darwin: {
    data: [undefined, 'Library/Application Support'],
    config: [undefined, 'Library/Preferences'],
  },
};

/**
 * Returns the folder for the data or the configuration of the program `name`.
 * @returns an absolute path, or `undefined` without a home directory
 */
export function userFolder(
  kind: 'data' | 'config',
  name: string,
  env: Io['env'],
  platform = process.platform,
): string | undefined {
  const [variable, below, inside = '']: Base = (OTHERS[platform] ?? XDG)[kind];
  const named = variable === undefined ? undefined : env[variable];
  if (named !== undefined && isAbsolute(named)) return join(named, name, inside);
  const home = homeFolder(env, platform);
  return home === undefined ? undefined : join(home, below, name, inside);
}
