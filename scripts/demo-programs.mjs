/**
 * The two programs as the demo runs them: real processes. The demo reads their output and, if requested,
 * types their input.
 */
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CliError, EXIT } from '@countersign/terminal';
import { LONG_LIMIT, spawn } from './child-process.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SERVER = join(root, 'apps/cli-server/bin/countersign-server.js');
const CLIENT = join(root, 'apps/cli-client/bin/countersign.js');
const LISTENING_SECONDS = 60;
const ENDING_SECONDS = 10;

/**
 * The error that ends the demo early. Its exit code is that of the failed program, if there is one.
 *
 * @param {string} message
 * @param {import('@countersign/terminal').ExitCode} [exit]
 */
export function failure(message, exit = EXIT.unexpected) {
  return new CliError('demo_failed', exit, `The demo stops here: ${message}`);
}

/**
 * Starts `countersign-server` and waits until it listens. Keeps its log in case something fails.
 *
 * @param {{ args: string[], signal: AbortSignal }} options
 */
export async function startServer({ args, signal }) {
  const child = spawn(process.execPath, [SERVER, 'start', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONG_LIMIT,
  });
  const started = performance.now();
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const exited = once(child, 'exit');

  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 1000 * ENDING_SECONDS);
    const [code] = await exited;
    clearTimeout(timer);
    return code;
  };
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(1000 * LISTENING_SECONDS)]);
    const [line] = await Promise.race([
      once(createInterface(child.stdout), 'line', { signal: deadline }),
      exited.then(() => {
        throw failure(`the server ended before it listened:\n${log}`);
      }),
    ]);
    const { port, pin } = JSON.parse(line);
    return { port, pin, milliseconds: performance.now() - started, stop, log: () => log };
  } catch (error) {
    await stop();
    signal.throwIfAborted();
    throw error instanceof CliError ? error : failure(`the server does not listen:\n${log}`);
  }
}

/**
 * Runs `countersign`. Without `lines` the user at this terminal answers it; with them the demo does.
 *
 * @param {string[]} args
 * @param {{
 *   env: Record<string, string>,
 *   signal: AbortSignal,
 *   lines?: string[],
 *   onLine?: (line: string, answer: (line: string) => void) => void,
 * }} options `lines` are typed at once; `onLine` receives each line of standard output and may answer it
 * @returns {Promise<string>} its standard error, if the demo has captured it
 */
export async function runClient(args, { env, signal, lines, onLine }) {
  const typed = lines !== undefined;
  const child = spawn(process.execPath, [CLIENT, ...args], {
    env: { ...process.env, ...env },
    stdio: typed ? ['pipe', 'pipe', 'pipe'] : 'inherit',
    timeout: LONG_LIMIT,
  });
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end, { once: true });
  let said = '';
  if (typed) {
    const answer = (/** @type {string} */ line) => child.stdin?.write(`${line}\n`);
    child.stdin?.on('error', () => undefined); // it may end before it has read everything
    for (const line of lines) answer(line);
    child.stderr?.on('data', (chunk) => {
      said += chunk;
      process.stderr.write(chunk);
    });
    createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdout) }).on(
      'line',
      (line) => {
        process.stdout.write(`${line}\n`);
        onLine?.(line, answer);
      },
    );
  }
  const [code] = await once(child, 'close');
  signal.removeEventListener('abort', end);
  signal.throwIfAborted();
  if (code !== EXIT.done)
    throw failure(`countersign ${args[0]} ended with exit code ${code}`, code ?? EXIT.unexpected);
  return said;
}
