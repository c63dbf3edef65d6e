import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { openStore } from '@countersign/secure-store';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import type { Io } from '@countersign/terminal';
import { memoryIo } from '@countersign/terminal/testing';
import { onTestFinished } from 'vitest';
import { type ChildProcess, LONG_LIMIT, spawn } from '../../../scripts/child-process.mjs';
import { run } from '../src/run.ts';

export const binary = fileURLToPath(new URL('../bin/countersign-server.js', import.meta.url));
export const PASSPHRASE = 'correct horse';

/** A run of the program: its output, and waiting for output. */
abstract class Run {
  stdout = '';
  stderr = '';
  /** The exit code, or the signal that ended it. */
  abstract readonly ended: Promise<number | string>;
  #over = false;
  readonly #waiting = new Set<() => void>();

  /** Resolves with the match as soon as it is printed; fails when the program ends without it. */
  async prints(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[stream]);
      if (match) return match;
      if (this.#over) throw new Error(`ended without ${pattern}: ${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async listening(): Promise<{ host: string; port: number; pin: string }> {
    const [line] = await this.prints(/^\{"event":"listening".*\}$/m);
    return JSON.parse(line);
  }

  protected read(stdout: Readable, stderr: Readable): void {
    stdout.setEncoding('utf8').on('data', (text: string) => this.#wake(() => (this.stdout += text)));
    stderr.setEncoding('utf8').on('data', (text: string) => this.#wake(() => (this.stderr += text)));
  }

  protected over(): void {
    this.#wake(() => (this.#over = true));
  }

  #wake(change: () => void): void {
    change();
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** The program in this process, as `main.ts` runs it. Signals need a process of its own. */
export class Inside extends Run {
  readonly ended: Promise<number>;
  readonly #io: Io;

  constructor(args: readonly string[], { input = '' }: { input?: string } = {}) {
    super();
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    this.read(stdout, stderr);
    this.#io = { ...memoryIo({ input, now: Date.now }).io, stdout, stderr };
    this.ended = run(args, this.#io).finally(() => this.over());
    onTestFinished(async () => void (await this.end()));
  }

  /** Ends it as SIGTERM does. */
  async end(): Promise<number> {
    if (!this.#io.signal.aborted) this.#io.interrupt();
    return await this.ended;
  }
}

/** The real program over pipes. */
export class Program extends Run {
  readonly process: ChildProcess;
  /** Resolves when no process holds its pipes. */
  readonly ended: Promise<number | string>;

  /** Killed when the test ends; with `keep` the suite has to do that. */
  constructor(
    args: readonly string[],
    { input, env = {}, keep = false }: { input?: string; env?: Record<string, string>; keep?: boolean } = {},
  ) {
    super();
    const child = spawn(process.execPath, [binary, ...args], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
      stdio: 'pipe',
      timeout: LONG_LIMIT,
    });
    this.process = child;
    this.read(child.stdout, child.stderr);
    this.ended = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        resolve(code ?? signal ?? 'unknown');
        this.over();
      });
    });
    if (input !== undefined) this.type(input);
    if (!keep)
      onTestFinished(async () => {
        this.kill('SIGKILL');
        await this.ended;
      });
  }

  type(text: string): void {
    this.process.stdin?.write(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}

/** Returns a new folder that is removed after the test. */
export function folder(finished: (clean: () => void | Promise<void>) => void = onTestFinished): string {
  const path = mkdtempSync(join(tmpdir(), 'server-'));
  finished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/**
 * A data directory whose store opens fast: the key derivation costs next to nothing, and because this process keeps
 * the database open, no child process has to read it first.
 *
 * @param finished `cleaningAtEnd()` for a directory that all tests of a file share
 */
export async function dataDir(
  finished: (clean: () => void | Promise<void>) => void = onTestFinished,
): Promise<string> {
  const path = folder(finished);
  chmodSync(path, 0o700);
  const store = await openStore({
    backend: lmdbBackend({ dir: join(path, 'store') }),
    passphrase: PASSPHRASE,
    create: 'if-empty',
    kdf: { m: 64, t: 1, p: 1 },
  });
  finished(() => store.close());
  return path;
}
