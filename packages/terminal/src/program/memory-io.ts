/**
 * An `Io` in memory, for tests of programs: input and output are text, and the test sets the clock. Its terminal has raw
 * mode and a size, and records both.
 */
import { PassThrough, Writable } from 'node:stream';
import type { CliError } from '../errors/cli-error.ts';
import { createIo, type Io } from './io.ts';

/** What a test sets. */
export interface MemoryIoOptions {
  /** All of standard input, which then ends. Without it the test writes to `keys` and ends it. */
  readonly input?: string | Uint8Array | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Whether stdin, stdout and stderr are a terminal. */
  readonly terminal?: boolean | undefined;
  readonly columns?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly randomBytes?: (length: number) => Uint8Array;
}

/** An `Io` and what it has recorded. */
export interface MemoryIo {
  readonly io: Io;
  /** Receives what a person types or a pipe sends. */
  readonly keys: PassThrough;
  /** Everything written to stdout so far. */
  stdout(): string;
  /** Everything written to stderr so far. */
  stderr(): string;
  /** Each change of raw mode, in order. */
  readonly rawModes: readonly boolean[];
  /** The reasons of second interruptions, which would end a real process. */
  readonly left: readonly CliError[];
}

/** Creates an `Io` in memory. */
export function memoryIo({
  input,
  env = {},
  terminal = false,
  columns = 80,
  now = () => 0,
  randomBytes,
}: MemoryIoOptions = {}): MemoryIo {
  const rawModes: boolean[] = [];
  const left: CliError[] = [];
  const keys = new PassThrough();
  // A copy, as from the system: readers wipe secrets.
  if (input !== undefined) keys.end(Buffer.from(input));
  const stdin = Object.assign(keys, { isTTY: terminal, setRawMode: (raw: boolean) => rawModes.push(raw) });
  const out = new Collector(terminal, columns);
  const err = new Collector(terminal, columns);
  const io = createIo({
    stdin,
    stdout: out,
    stderr: err,
    env,
    now,
    randomBytes,
    leave: (reason) => left.push(reason),
  });
  return { io, keys, stdout: () => out.text, stderr: () => err.text, rawModes, left };
}

class Collector extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows = 24;
  text = '';

  constructor(terminal: boolean, columns: number) {
    super({ decodeStrings: false });
    this.isTTY = terminal;
    this.columns = columns;
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    done();
  }
}
