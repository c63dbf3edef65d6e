/**
 * What a program may touch of the world: streams, terminal, environment, clock, randomness, and the wish that
 * it end. Commands take an `Io` and never reach for `process`; tests hand in one made of memory.
 */
import { randomFillSync } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { type CliError, interrupted } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import { leaveFor } from './leave.ts';

export interface TerminalInput extends Readable {
  readonly isTTY?: boolean;
  /** On a terminal: keys one by one and without echo, instead of whole lines with it. */
  setRawMode?(raw: boolean): unknown;
}

export interface TerminalOutput extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface Io {
  readonly stdin: TerminalInput;
  /** Data. Everything else goes to `stderr`. */
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Somebody types and reads: stdin and stderr are terminals, and the terminal can move its cursor. */
  readonly isTerminal: boolean;
  /** Width of the terminal behind stderr, 80 when there is none. Read it again after a wait. */
  readonly columns: number;
  /** Milliseconds since 1970. */
  now(): number;
  randomBytes(length: number): Uint8Array;
  /** Aborted by Ctrl-C, SIGTERM and the like; its reason is a `CliError`. */
  readonly signal: AbortSignal;
  /** Ends the run as Ctrl-C does: the first call aborts `signal`, the second leaves at once. */
  interrupt(reason?: CliError): void;
  /** From now on SIGHUP, as when a terminal closes, changes nothing. */
  outliveTerminal(): void;
}

export interface IoParts {
  readonly stdin: TerminalInput;
  readonly stdout: TerminalOutput;
  readonly stderr: TerminalOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now?: () => number;
  readonly randomBytes?: (length: number) => Uint8Array;
  /** Called by the second interruption. */
  readonly leave: (reason: CliError) => void;
}

/** Columns of the terminal behind a stream; 80 where there is none, or it does not know and says 0. */
export function columnsOf({ columns = 0 }: TerminalOutput): number {
  return columns > 0 ? columns : 80;
}

/** An `Io` over any streams. */
export function createIo({ stdin, stdout, stderr, env, now, randomBytes, leave }: IoParts): Io {
  const controller = new AbortController();
  let outlives = false;
  return {
    stdin,
    stdout,
    stderr,
    env,
    isTerminal: stdin.isTTY === true && stderr.isTTY === true && env.TERM !== 'dumb',
    get columns() {
      return columnsOf(stderr);
    },
    now: now ?? Date.now,
    randomBytes: randomBytes ?? ((length) => randomFillSync(new Uint8Array(length))),
    signal: controller.signal,
    outliveTerminal() {
      outlives = true;
    },
    interrupt(reason = interrupted()) {
      if (outlives && reason.exit === EXIT.hungUp) return;
      if (controller.signal.aborted) leave(reason);
      else controller.abort(reason);
    },
  };
}

/** The `Io` of this process. `runMain` makes one; programs have no other reason to. */
export function processIo(): Io {
  return createIo({
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    leave: leaveFor,
  });
}
