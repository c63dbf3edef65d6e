/** Commands of the two programs as they can be pasted into another terminal. */
import type { Io } from './io.ts';
import { plain } from './sanitise.ts';

export type ProgramName = 'countersign' | 'countersign-server';

/** The scripts of a checkout that start a program. */
const SCRIPTS = ['start', 'client'];

/** How a program is called from where this one was called: by npm from a checkout, by npx, or installed. */
export function programCall({ env }: Pick<Io, 'env'>, name: ProgramName): string {
  const { npm_lifecycle_event: script = '', npm_command: command } = env;
  if (SCRIPTS.includes(script)) return name === 'countersign' ? 'npm run client --' : `npx ${name}`;
  return command === 'exec' ? `npx ${name}` : name;
}

/** A whole command in one line, however long. */
export function callOf(io: Pick<Io, 'env'>, name: ProgramName, ...words: readonly string[]): string {
  return plain([programCall(io, name), ...words.map(quoted)].join(' '), Number.POSITIVE_INFINITY);
}

/**
 * One word as a POSIX shell reads it, and zsh, to which a leading `=` means a program's path. Punctuation at its end is
 * quoted too, so that it does not look like the end of the command (`wrap.ts`).
 */
export function quoted(word: string): string {
  return /^(?!=)[\w@%+=:,./-]*[\w@%+=/-]$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
