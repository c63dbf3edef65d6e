/** Formats commands of the two programs so that they can be pasted into another terminal. */

import { plain } from '../output/sanitise.ts';
import type { Io } from '../program/io.ts';

/** The two programs. */
export type ProgramName = 'countersign' | 'countersign-server';

/** The npm scripts of a checkout that start a program. */
const SCRIPTS = ['start', 'client'];

/** The packages of the programs. `npx countersign` would run an unrelated package of that name. */
const PACKAGES: Readonly<Record<ProgramName, string>> = {
  countersign: '@countersign/cli-client',
  'countersign-server': '@countersign/cli-server',
};

/** Returns how to start a program in the way this one was started: by npm in a checkout, by npx, or installed. */
export function programCall({ env }: Pick<Io, 'env'>, name: ProgramName): string {
  const { npm_lifecycle_event: script = '', npm_command: command } = env;
  const byNpx = `npx ${PACKAGES[name]}`;
  if (SCRIPTS.includes(script)) return name === 'countersign' ? 'npm run client --' : byNpx;
  return command === 'exec' ? byNpx : name;
}

/** Returns a whole command on one line, however long. */
export function callOf(io: Pick<Io, 'env'>, name: ProgramName, ...words: readonly string[]): string {
  return plain([programCall(io, name), ...words.map(quoted)].join(' '), Number.POSITIVE_INFINITY);
}

/**
 * Quotes one word for a POSIX shell, and for zsh, where a leading `=` means a program's path. Punctuation at the end is
 * quoted too, so that it does not look like the end of the command (`output/wrap.ts`).
 */
export function quoted(word: string): string {
  return /^(?!=)[\w@%+=:,./-]*[\w@%+=/-]$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
