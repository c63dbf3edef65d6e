/**
 * The frame of a program around its process: `main.ts` is `await runMain(run)`.
 *
 * 1. `run(argv, io)` does all the work and returns the exit code.
 * 2. SIGINT, SIGTERM, SIGHUP and every other signal that asks a process to end abort `io.signal`; `run` finishes what
 *    it must and returns. A second signal ends the process at once, and so does the end of `run` after the first while a
 *    thread waits for a file or a name. SIGUSR1 and SIGUSR2 are ignored. An open inspector ends the program before it
 *    starts.
 * 3. An error becomes one line on stderr and its exit code, without a stack unless the user asks for it.
 * 4. When stdout can no longer be written (its reader has closed it, the disk is full) the run ends as after an
 *    interruption, and never with 0, since its output is incomplete.
 * 5. The terminal is restored in every case.
 */
import { CliError, problem } from '../errors/cli-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { reportError } from '../errors/report-error.ts';
import { systemReason } from '../errors/system-reason.ts';
import { refuseInspector } from './inspector.ts';
import { type Io, processIo } from './io.ts';
import { hasWaitingThread, leaveFor, SIGNALS } from './leave.ts';

/** A program: its command line without its name, and its world. Resolves to the exit code. */
export type Run = (argv: readonly string[], io: Io) => Promise<number>;

/** Milliseconds. npm forwards a Ctrl-C that the terminal has already sent to the program. */
const SAME_REQUEST = 300;
const IGNORED = ['SIGUSR1', 'SIGUSR2'] as const;

/** Runs a program to its end and leaves the process with its exit code. */
export async function runMain(run: Run): Promise<never> {
  const io = processIo();
  let latest: { readonly signal: string; readonly at: number } | undefined;
  for (const [signal, code, exit, message] of SIGNALS)
    process.on(signal, () => {
      if (signal === 'SIGHUP' && io.hangUp()) return;
      const now = performance.now();
      if (latest?.signal === signal && now - latest.at < SAME_REQUEST) return;
      latest = { signal, at: now };
      io.interrupt(problem(code, exit, message));
    });
  for (const signal of IGNORED) process.on(signal, () => undefined);
  process.on('uncaughtException', (error) => process.exit(reportError(io, error)));
  // There is no other place to report it.
  process.stderr.on('error', () => undefined);
  let outputError: CliError | undefined;
  process.stdout.on('error', (cause) => {
    if (outputError) return;
    outputError = outputFailed(cause);
    if (!io.signal.aborted) io.interrupt(outputError);
  });

  // A run that waits only for `io.signal` has not ended.
  const awake = setInterval(() => undefined, 60_000);
  let exit: number;
  try {
    refuseInspector();
    exit = await run(process.argv.slice(2), io);
  } catch (error) {
    exit = reportError(io, error);
  }
  clearInterval(awake);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  const { signal } = io;
  if (signal.aborted && signal.reason instanceof CliError && (await hasWaitingThread()))
    leaveFor(signal.reason);
  // process.exit waits for threads, and no listener runs meanwhile. After a signal no thread is left to wait for, and npm's
  // second copy of it may still arrive.
  if (!signal.aborted) for (const [name] of SIGNALS) process.removeAllListeners(name);
  process.exit(exit === EXIT.done && outputError ? reportError(io, outputError) : exit);
}

function outputFailed(cause: NodeJS.ErrnoException): CliError {
  if (cause.code === 'EPIPE')
    return problem('output_closed', EXIT.outputClosed, 'Output closed.', undefined, cause);
  const message = `Standard output cannot be written: ${systemReason(cause)}.`;
  return problem('output_failed', EXIT.unexpected, message, undefined, cause);
}

/** Resolves when everything written to a pipe or file has left the process. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write('', () => resolve());
  });
}
