/**
 * Node's ways to start a program, each with a time limit. Tests, scripts and counterparts start programs through this module
 * and through nothing else, so that a program that hangs or that cannot start fails the run, by name, and never stops it.
 *
 * The limit is `timeout` in milliseconds, as in Node, and has a default. A program that reaches it is killed.
 */
import * as node from 'node:child_process';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers';
import { promisify } from 'node:util';

/** Below the time that a test has, so that the failure names the program. In milliseconds. */
export const LIMIT = 50_000;
/** For a server that a whole file of tests talks to. */
export const LONG_LIMIT = 4 * 3_600_000;

/** @typedef {node.ChildProcess} ChildProcess */
/** @typedef {node.ChildProcessWithoutNullStreams} ChildProcessWithoutNullStreams */

/**
 * As in Node. At the limit, as when the program cannot be started, the child emits `error`: a listener receives it, and without one
 * the process ends with it.
 */
export const spawn = /** @type {typeof node.spawn} */ (
  /** @param {string} program @param {string[]} args @param {node.SpawnOptions} options */
  (program, args = [], { timeout = LIMIT, ...options } = {}) => {
    const child = node.spawn(program, args, options);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.emit('error', new Error(`${nameOf(program, args)} did not end within ${timeout / 1000} s`));
    }, timeout).unref();
    // Either alone can be missing:  when it cannot be started,  while its own children hold its pipes.
    for (const event of ['exit', 'close']) child.once(event, () => clearTimeout(timer));
    return child;
  }
);

/**
 * As in Node, but throws where Node returns an error.
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
 * As in Node.
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
 * The error itself, or one that says that the limit was reached.
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
