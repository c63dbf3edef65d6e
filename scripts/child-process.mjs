/**
 * Node's functions for starting a program, each with a time limit. Tests, scripts and counterparts start
 * programs only through this module, so that a program that hangs or cannot start fails the run by name
 * instead of blocking it.
 *
 * The limit is `timeout` in milliseconds, as in Node, and has a default. A program that reaches it is killed.
 */
import * as node from 'node:child_process';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers';
import { promisify } from 'node:util';

/** Shorter than the time limit of a test, so that the failure names the program. In milliseconds. */
export const LIMIT = 50_000;
/** For a server that a whole test file uses. */
export const LONG_LIMIT = 4 * 3_600_000;

/** @typedef {node.ChildProcess} ChildProcess */
/** @typedef {node.ChildProcessWithoutNullStreams} ChildProcessWithoutNullStreams */

/**
 * Like Node's. If the child reaches the limit or cannot be started, it emits `error`. Without a listener,
 * that ends the process.
 */
export const spawn = /** @type {typeof node.spawn} */ (
  /** @param {string} program @param {string[]} args @param {node.SpawnOptions} options */
  (program, args = [], { timeout = LIMIT, ...options } = {}) => {
    const child = node.spawn(program, args, options);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.emit('error', new Error(`${nameOf(program, args)} did not end within ${timeout / 1000} s`));
    }, timeout).unref();
    // Either can be missing: `exit` when the program cannot be started, `close` while its own children hold its pipes.
    for (const event of ['exit', 'close']) child.once(event, () => clearTimeout(timer));
    return child;
  }
);

/**
 * Like Node's, but throws where Node returns an error.
 *
 * @throws {Error} if the program cannot be started or reaches its limit
 */
export const spawnSync = /** @type {typeof node.spawnSync} */ (
  /** @param {string} program @param {string[]} args @param {node.SpawnSyncOptions} options */
  (program, args = [], options = {}) => {
    const { timeout = LIMIT } = options;
    const ended = node.spawnSync(program, args, { ...options, timeout, killSignal: 'SIGKILL' });
    if (ended.error) throw failure(program, args, timeout, ended.error);
    return ended;
  }
);

/**
 * Like Node's.
 *
 * @throws {Error} if the program cannot be started, fails, or reaches its limit
 */
export const execFileSync = /** @type {typeof node.execFileSync} */ (
  /** @param {string} program @param {string[]} args @param {node.ExecFileSyncOptions} options */
  (program, args = [], options = {}) => {
    const { timeout = LIMIT } = options;
    try {
      return node.execFileSync(program, args, { ...options, timeout, killSignal: 'SIGKILL' });
    } catch (error) {
      throw failure(program, args, timeout, error);
    }
  }
);

/**
 * Node's `execFile` as a promise of what the program printed as text.
 *
 * @param {string} program
 * @param {readonly string[]} [args]
 * @param {Omit<node.ExecFileOptionsWithStringEncoding, 'encoding'>} [options]
 * @returns {Promise<{ stdout: string, stderr: string }>}
 * @throws {Error} if the program cannot be started, fails, or reaches its limit
 */
export async function execFile(program, args = [], options = {}) {
  const { timeout = LIMIT } = options;
  try {
    return await promisify(node.execFile)(program, args, {
      ...options,
      timeout,
      encoding: 'utf8',
      killSignal: 'SIGKILL',
    });
  } catch (error) {
    throw failure(program, args, timeout, error);
  }
}

/**
 * Returns the error itself, or one that says that the limit was reached.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {number} timeout
 * @param {unknown} error
 */
function failure(program, args, timeout, error) {
  const { code, killed } = /** @type {{ code?: unknown, killed?: boolean }} */ (error);
  if (code !== 'ETIMEDOUT' && !(killed && code === null)) return error;
  return new Error(`${nameOf(program, args)} did not end within ${timeout / 1000} s`, { cause: error });
}

/**
 * The program; for Node, its script too. Other arguments can be secret.
 *
 * @param {string} program
 * @param {readonly string[]} args
 */
function nameOf(program, args) {
  const script = program === process.execPath ? args.find((arg) => /\.[cm]?[jt]s$/.test(arg)) : undefined;
  return [program, script].flatMap((path) => (path === undefined ? [] : basename(path))).join(' ');
}
