import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '@countersign/secure-store';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { onTestFinished } from 'vitest';

export const binary = fileURLToPath(new URL('../bin/countersign-server.js', import.meta.url));
export const PASSPHRASE = 'correct horse';

/** The real program over pipes. */
export class Program {
  stdout = '';
  stderr = '';
  readonly process: ChildProcess;
  /** The exit code, or the signal that ended it, once nobody holds its pipes any more. */
  readonly ended: Promise<number | string>;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(
    args: readonly string[],
    { input, env = {} }: { input?: string; env?: Record<string, string> } = {},
  ) {
    this.process = spawn(process.execPath, [binary, ...args], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
      stdio: 'pipe',
    });
    this.process.stdout
      ?.setEncoding('utf8')
      .on('data', (text: string) => this.#read(() => (this.stdout += text)));
    this.process.stderr
      ?.setEncoding('utf8')
      .on('data', (text: string) => this.#read(() => (this.stderr += text)));
    this.ended = new Promise((resolve) => {
      this.process.on('close', (code, signal) => {
        this.#closed = true;
        resolve(code ?? signal ?? 'unknown');
        this.#read(() => {});
      });
    });
    if (input !== undefined) this.type(input);
    onTestFinished(async () => {
      this.kill('SIGKILL');
      await this.ended;
    });
  }

  /** Resolves with the match as soon as it is printed; fails when the program ends without it. */
  async prints(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[stream]);
      if (match) return match;
      if (this.#closed) throw new Error(`ended without ${pattern}: ${this.stdout}\n${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async listening(): Promise<{ host: string; port: number; pin: string }> {
    const [line] = await this.prints(/^\{"event":"listening".*\}$/m);
    return JSON.parse(line);
  }

  type(text: string): void {
    this.process.stdin?.write(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  #read(add: () => void): void {
    add();
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** A folder that is gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'server-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A data directory whose store opens fast: its derivation costs next to nothing. */
export async function dataDir(): Promise<string> {
  const path = folder();
  chmodSync(path, 0o700);
  const store = await openStore({
    backend: lmdbBackend({ dir: join(path, 'store') }),
    passphrase: PASSPHRASE,
    create: 'if-empty',
    kdf: { m: 64, t: 1, p: 1 },
  });
  await store.close();
  return path;
}
