import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { execFileSync, spawnSync } from '../../../scripts/child-process.mjs';
import { binary } from './program.ts';

/** The program in a real terminal (tmux); its last line is `exit CODE`. */
export class Screen {
  readonly #folder = mkdtempSync(join(tmpdir(), 'screen-'));
  readonly #socket = join(this.#folder, 'tmux');

  constructor(...args: readonly string[]) {
    const words = [process.execPath, binary, ...args].map((word) => `'${word}'`).join(' ');
    const script = join(this.#folder, 'run');
    writeFileSync(script, `trap : INT\n${words}\necho "exit $?"\nexec cat >/dev/null\n`);
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '120', '-y', '40', `exec sh '${script}'`);
    onTestFinished(() => {
      spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** Types the text and Enter. */
  enter(text: string): void {
    this.#tmux('send-keys', '-l', text);
    this.#tmux('send-keys', 'Enter');
  }

  interrupt(): void {
    this.#tmux('send-keys', 'C-c');
  }

  text(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-').trimEnd();
  }

  async shows(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.text(), { timeout: 20_000, interval: 30 }).toMatch(text);
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-u', '-S', this.#socket, ...args], { encoding: 'utf8', stdio: 'pipe' });
  }
}
