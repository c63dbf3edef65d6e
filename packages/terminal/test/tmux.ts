import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { execFileSync, spawnSync } from '../../../scripts/child-process.mjs';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

/** A program in a real terminal (tmux), and everything that reached this terminal. */
export class Screen {
  readonly #folder = mkdtempSync(join(tmpdir(), 'screen-'));
  readonly #socket = join(this.#folder, 'tmux');

  /** Runs `node test/programs/NAME` as a shell would; the last line is `exit CODE` and the terminal's echo. */
  constructor(program: string, args: readonly string[], { env = '', redirect = '' } = {}) {
    const words = args.map((word) => `'${word}'`).join(' ');
    const script = join(this.#folder, 'run');
    writeFileSync(
      script,
      `trap : INT
${env} '${process.execPath}' test/programs/${program} ${words} ${redirect}
printf 'exit %s %s\\n' $? "$(stty -a | grep -o -- '-\\?echo ' | tr -d ' ')"
exec cat >/dev/null\n`,
    );
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '24', 'exec cat');
    this.#tmux('set-option', '-g', 'history-limit', '1000');
    this.#tmux('pipe-pane', '-o', `cat > '${join(this.#folder, 'raw')}'`);
    this.#tmux('respawn-pane', '-k', '-c', packageFolder, `exec sh '${script}'`);
  }

  /** Key names of tmux (`Enter`, `C-c`, `Up`), or text as it is. */
  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text);
  }

  /** Screen and scrollback, as a person would read them. */
  text(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-').trimEnd();
  }

  /** Every byte that the terminal was sent until the program ended. */
  async raw(): Promise<string> {
    const read = () => readFileSync(join(this.#folder, 'raw'), 'utf8');
    await expect.poll(read, { timeout: 20_000, interval: 30 }).toMatch(/exit \d+ -?echo/);
    return read();
  }

  showsCursor(): boolean {
    return this.#tmux('display-message', '-p', '#{cursor_flag}').trim() === '1';
  }

  async shows(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.text(), { timeout: 20_000, interval: 30 }).toMatch(text);
  }

  resize(columns: number): void {
    this.#tmux('resize-window', '-x', String(columns));
  }

  /** Whether the terminal echoes nothing of itself. */
  hidesTyping(): boolean {
    const tty = this.#tmux('display-message', '-p', '#{pane_tty}').trim();
    return execFileSync('stty', ['-F', tty, '-a'], { encoding: 'utf8' }).includes('-echo ');
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-u', '-S', this.#socket, ...args], { encoding: 'utf8', stdio: 'pipe' });
  }
}
