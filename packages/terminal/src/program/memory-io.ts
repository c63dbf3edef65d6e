/**
 * An `Io` in memory, for tests of programs: input and output are text, and the test sets the clock. Its terminal has raw
 * mode and a size, and records both.
 */
import { PassThrough, Writable } from 'node:stream';
import type { CliError } from '../errors/cli-error.ts';
import { createIo, type Io, type TerminalOutput } from './io.ts';

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
  /** Everything written so far. */
  stdout(): string;
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
  const { stream: stdout, text: outText } = collector(terminal, columns);
  const { stream: stderr, text: errText } = collector(terminal, columns);
  const leave = (reason: CliError) => left.push(reason);
  const io = createIo({ stdin, stdout, stderr, env, now, randomBytes, leave });
  return { io, keys, stdout: outText, stderr: errText, rawModes, left };
}

/** A stream that keeps what is written to it. */
function collector(isTTY: boolean, columns: number): { readonly stream: TerminalOutput; text(): string } {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns, rows: 24 }), text: () => text };
}
