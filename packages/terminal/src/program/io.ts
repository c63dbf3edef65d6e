/**
 * Everything a program uses of its process: streams, terminal, environment, clock, randomness, and the request to end.
 * Commands take an `Io` and never use `process`; tests pass one in memory.
 */
import { randomFillSync } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { type CliError, problem } from '../errors/cli-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { withPlainOption } from '../output/plain-mode.ts';
import { leaveFor } from './leave.ts';

/** Standard input. */
export interface TerminalInput extends Readable {
  readonly isTTY?: boolean;
  /** On a terminal: single keys without echo, instead of whole lines with echo. */
  setRawMode?(raw: boolean): unknown;
}

/** Standard output or error. */
export interface TerminalOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** The world of a program. */
export interface Io {
  readonly stdin: TerminalInput;
  /** Data. Everything else goes to `stderr`. */
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A person types and reads: stdin and stderr are terminals, and the terminal can move its cursor. */
  readonly isTerminal: boolean;
  /** Width of the terminal behind stderr, 80 without one. It can change during a wait. */
  readonly columns: number;
  /** Milliseconds since 1970. */
  now(): number;
  randomBytes(length: number): Uint8Array;
  /** Aborted by Ctrl-C, SIGTERM and similar signals; its reason is a `CliError`. */
  readonly signal: AbortSignal;
  /** Ends the run like Ctrl-C: the first call aborts `signal`, the second ends the process at once. */
  interrupt(reason?: CliError): void;
  /** Calls `onHangUp` for SIGHUP from now on, as when a terminal closes, instead of ending. By default it does nothing. */
  outliveTerminal(onHangUp?: () => void): void;
  /** Reports SIGHUP to a program that outlives its terminal. Returns whether it is one. */
  hangUp(): boolean;
  /**
   * Passes every interruption to `receive` from now on, as while another program has the terminal.
   * @returns ends that
   */
  handOver(receive: (reason: CliError) => void): () => void;
}

/** What an `Io` is made of. */
export interface IoParts extends Pick<Io, 'stdin' | 'stdout' | 'stderr' | 'env'> {
  readonly now?: Io['now'] | undefined;
  readonly randomBytes?: Io['randomBytes'] | undefined;
  /** Called by the second interruption. */
  readonly leave: (reason: CliError) => void;
}

/** Returns the columns of the terminal behind a stream; 80 without a terminal, or if it reports 0. */
export function columnsOf({ columns = 0 }: TerminalOutput): number {
  return columns > 0 ? columns : 80;
}

/** Creates an `Io` over any streams. */
export function createIo({ now, randomBytes, leave, ...parts }: IoParts): Io {
  const { stdin, stderr, env } = parts;
  const controller = new AbortController();
  let onHangUp: (() => void) | undefined;
  let receiver: ((reason: CliError) => void) | undefined;
  return {
    ...parts,
    isTerminal: stdin.isTTY === true && stderr.isTTY === true && env.TERM !== 'dumb',
    get columns() {
      return columnsOf(stderr);
    },
    now: now ?? Date.now,
    randomBytes: randomBytes ?? ((length) => randomFillSync(new Uint8Array(length))),
    signal: controller.signal,
    outliveTerminal(receive = () => {}) {
      onHangUp = receive;
    },
    hangUp() {
      onHangUp?.();
      return onHangUp !== undefined;
    },
    handOver(receive) {
      receiver = receive;
      return () => {
        receiver = undefined;
      };
    },
    interrupt(reason = problem('interrupted', EXIT.interrupted, 'Interrupted.')) {
      if (receiver) receiver(reason);
      else if (controller.signal.aborted) leave(reason);
      else controller.abort(reason);
    },
  };
}

/** Creates the `Io` of this process, for `runMain`. */
export function processIo(): Io {
  return createIo({
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: withPlainOption(process.env, process.argv.slice(2)),
    leave: leaveFor,
  });
}
