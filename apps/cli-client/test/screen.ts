import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { execFileSync, spawnSync } from '../../../scripts/child-process.mjs';

const PROGRAM = fileURLToPath(new URL('../bin/countersign.js', import.meta.url));

/** The built program in a real terminal (tmux), and every byte that reached this terminal. */
export class Screen {
  readonly #folder = mkdtempSync(join(tmpdir(), 'screen-'));
  readonly #socket = join(this.#folder, 'tmux');

  /** The last line on the screen is `exit CODE`, and whether the terminal echoes again. */
  constructor(
    args: readonly string[],
    { env, columns = 100, rows = 50 }: { env: Record<string, string>; columns?: number; rows?: number },
  ) {
    const settings = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
    const script = join(this.#folder, 'run');
    writeFileSync(
      script,
      `trap : INT
${settings.join(' ')} '${process.execPath}' '${PROGRAM}' ${args.join(' ')}
printf 'exit %s %s\\n' $? "$(stty -a | grep -o -- '-\\?echo ' | tr -d ' ')"
exec cat >/dev/null\n`,
    );
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), 'exec cat');
    this.#tmux('set-option', '-g', 'history-limit', '2000');
    this.#tmux('pipe-pane', '-o', `cat > '${join(this.#folder, 'raw')}'`);
    this.#tmux('respawn-pane', '-k', `exec sh '${script}'`);
  }

  /** Types a line. */
  enter(text: string): void {
    if (text !== '') this.#tmux('send-keys', '-l', text);
    this.#tmux('send-keys', 'Enter');
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#tmux('send-keys', 'C-c');
  }

  resize(columns: number): void {
    this.#tmux('resize-window', '-x', String(columns));
  }

  /** Screen and scrollback, as a person reads them. */
  text(): string {
    return this.#tmux('capture-pane', '-p', '-J', '-S', '-').trimEnd();
  }

  /** The same with colours, as `capture-pane` writes them. */
  coloured(): string {
    return this.#tmux('capture-pane', '-p', '-e', '-N', '-S', '-');
  }

  /** What the window shows now, without what has scrolled away. */
  visible(): string {
    return this.#tmux('capture-pane', '-p', '-e', '-N');
  }

  async shows(what: string | RegExp): Promise<void> {
    await expect.poll(() => this.text(), { timeout: 30_000, interval: 30 }).toMatch(what);
  }

  /** Answers each question in turn, as it comes. */
  async answers(...dialogue: readonly (readonly [question: string, answer: string])[]): Promise<void> {
    for (const [question, answer] of dialogue) {
      await expect.poll(() => this.#lastQuestion(), { timeout: 30_000, interval: 30 }).toContain(question);
      this.enter(answer);
    }
  }

  /** How the program ended. */
  async exit(): Promise<string> {
    await this.shows(/^exit \d+ -?echo$/m);
    return /^exit .*$/m.exec(this.text())?.[0] ?? '';
  }

  /** Every byte that the terminal was sent. */
  raw(): string {
    return readFileSync(join(this.#folder, 'raw'), 'utf8');
  }

  close(): void {
    spawnSync('tmux', ['-S', this.#socket, 'kill-server']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The question that waits for an answer, marked by a full diamond. */
  #lastQuestion(): string {
    return /◆ +([^\n]*)[^◆]*$/.exec(this.text())?.[1] ?? '';
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-u', '-S', this.#socket, ...args], { encoding: 'utf8', stdio: 'pipe' });
  }
}
