/** The client in this process, over memory instead of a terminal or a pipe. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryIo } from '@countersign/terminal/testing';
import { expect } from 'vitest';
import { run } from '../src/run.ts';
import { STRETCH } from './test-server.ts';

export type Event = Readonly<Record<string, unknown>> & { readonly event: string };

export interface Finished {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout as objects, with `--json`. */
  readonly events: readonly Event[];
}

export interface Running {
  /** Types lines; nothing is typed before the program runs. */
  type(...lines: readonly string[]): void;
  /** Ends the input. */
  end(): void;
  /** Ctrl-C on a terminal. */
  interrupt(): void;
  /** Makes the window that wide. */
  resize(columns: number): void;
  stdout(): string;
  stderr(): string;
  /** Waits until stdout and stderr together show it. */
  shows(what: string | RegExp): Promise<void>;
  /** The event of that name, as soon as it is printed. */
  event(name: string): Promise<Event>;
  readonly finished: Promise<Finished>;
}

/** A folder for pins and pictures, of one test file. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'countersign-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  /** A file, for its owner only unless `mode` says otherwise. */
  write(name: string, text: string, mode = 0o600): string {
    writeFileSync(this.path(name), text);
    chmodSync(this.path(name), mode);
    return this.path(name);
  }

  /** Starts the program; `address` is the server it talks to unless it is told another one. */
  start(
    address: string,
    argv: readonly string[],
    { terminal = false, columns = 80, env = {} }: StartOptions = {},
  ): Running {
    const memory = memoryIo({
      terminal,
      columns,
      now: Date.now,
      env: { COUNTERSIGN_SERVER: address, COUNTERSIGN_CONFIG_DIR: this.folder, ...env },
    });
    const { io, keys, stdout, stderr } = memory;
    const finished = run(argv, io, STRETCH).then((exit) => ({
      exit,
      stdout: stdout(),
      stderr: stderr(),
      events: eventsIn(stdout()),
    }));
    return {
      type: (...lines) => void keys.write(lines.map((line) => `${line}\n`).join('')),
      end: () => void keys.end(),
      interrupt: () => void keys.write('\u0003'),
      resize: (columns) => void Object.assign(io.stderr, { columns }),
      stdout,
      stderr,
      shows: (what) => expect.poll(() => stdout() + stderr(), { timeout: 20_000, interval: 5 }).toMatch(what),
      async event(name) {
        const find = () => eventsIn(stdout()).find(({ event }) => event === name);
        await expect.poll(find, { timeout: 20_000, interval: 5 }).toBeDefined();
        return find()!;
      },
      finished,
    };
  }

  /** Runs it with all its input at once. */
  run(address: string, argv: readonly string[], lines: readonly string[] = []): Promise<Finished> {
    const running = this.start(address, argv);
    running.type(...lines);
    running.end();
    return running.finished;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface StartOptions {
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
}

function eventsIn(stdout: string): Event[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}
