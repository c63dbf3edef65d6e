/**
 * The frame of both programs: `main.ts` is `await runMain(run)`.
 *
 * 1. `run(argv, io)` does everything and answers with the exit code.
 * 2. SIGINT, SIGTERM, SIGHUP and every other signal that asks a process to end abort `io.signal`; `run` finishes what
 *    it must and returns. A second one leaves at once, as does the end of `run` after the first while a thread waits for
 *    a file or a name. SIGUSR1 and SIGUSR2 are ignored. An open inspector ends the
 *    program before it starts.
 * 3. An error becomes one line on stderr and its exit code; nobody sees a stack unless he asks for it.
 * 4. When stdout cannot be written any more (its reader went away, the disk is full) the run ends as after an
 *    interruption, and never with 0, since what it printed is not there.
 * 5. The terminal is given back in every case.
 */
import { CliError } from './cli-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { refuseInspector } from './inspector.ts';
import { type Io, processIo } from './io.ts';
import { hasWaitingThread, leaveFor } from './leave.ts';
import { reportError } from './report-error.ts';
import { systemReason } from './system-reason.ts';

export type Run = (argv: readonly string[], io: Io) => Promise<ExitCode>;

const SIGNALS = [
  ['SIGINT', 'interrupted', EXIT.interrupted, 'Interrupted.'],
  ['SIGTERM', 'terminated', EXIT.terminated, 'Asked to end.'],
  ['SIGHUP', 'hung_up', EXIT.hungUp, 'The terminal went away.'],
  // Without a listener these end the process in the middle of its work. Those of program faults keep their meaning.
  ...(['SIGQUIT', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGXCPU', 'SIGIO', 'SIGPWR', 'SIGSTKFLT'] as const).map(
    (signal) => [signal, 'terminated', EXIT.terminated, 'Asked to end.'] as const,
  ),
] as const;
/** Milliseconds. npm passes on a Ctrl-C that the terminal has sent to the program as well. */
const SAME_REQUEST = 300;
const IGNORED = ['SIGUSR1', 'SIGUSR2'] as const;

/** Runs a program to its end and leaves the process with its exit code. */
export async function runMain(run: Run): Promise<never> {
  const io = processIo();
  let latest: { readonly signal: string; readonly at: number } | undefined;
  for (const [signal, code, exit, message] of SIGNALS)
    process.on(signal, () => {
      const now = performance.now();
      if (latest?.signal === signal && now - latest.at < SAME_REQUEST) return;
      latest = { signal, at: now };
      io.interrupt(new CliError({ code, exit, message }));
    });
  for (const signal of IGNORED) process.on(signal, () => undefined);
  process.on('uncaughtException', (error) => process.exit(reportError(io, error)));
  // Nobody is left to tell.
  process.stderr.on('error', () => undefined);
  let outputError: CliError | undefined;
  process.stdout.on('error', (cause) => {
    if (outputError) return;
    outputError = outputFailed(cause);
    if (!io.signal.aborted) io.interrupt(outputError);
  });

  // A run that waits for nothing but `io.signal` has not ended.
  const awake = setInterval(() => undefined, 60_000);
  let exit: ExitCode;
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
  // process.exit waits for threads, and JavaScript hears no signal then. After one, no thread is left to wait for, and npm's second
  // copy of it may still arrive.
  if (!signal.aborted) for (const [name] of SIGNALS) process.removeAllListeners(name);
  process.exit(exit === EXIT.done && outputError ? reportError(io, outputError) : exit);
}

function outputFailed(cause: NodeJS.ErrnoException): CliError {
  if (cause.code === 'EPIPE')
    return new CliError({ code: 'output_closed', exit: EXIT.outputClosed, message: 'Output closed.', cause });
  const message = `Standard output cannot be written: ${systemReason(cause)}.`;
  return new CliError({ code: 'output_failed', exit: EXIT.unexpected, message, cause });
}

/** Pipes and files may still hold what was written. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write('', () => resolve());
  });
}
