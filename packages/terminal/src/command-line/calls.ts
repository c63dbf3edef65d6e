/** Commands of the two programs as they can be pasted into another terminal. */
import type { Io } from '../io.ts';
import { plain } from '../sanitise.ts';

export type ProgramName = 'countersign' | 'countersign-server';

/** The scripts of a checkout that start a program. */
const SCRIPTS = ['start', 'client'];

/** The packages that hold the programs. `npx countersign` would run the package of that name, which is not ours. */
const PACKAGES: Readonly<Record<ProgramName, string>> = {
  countersign: '@countersign/cli-client',
  'countersign-server': '@countersign/cli-server',
};

/** How to start a program in the way this one was started: by npm in a checkout, by npx, or installed. */
export function programCall({ env }: Pick<Io, 'env'>, name: ProgramName): string {
  const { npm_lifecycle_event: script = '', npm_command: command } = env;
  const byNpx = `npx ${PACKAGES[name]}`;
  if (SCRIPTS.includes(script)) return name === 'countersign' ? 'npm run client --' : byNpx;
  return command === 'exec' ? byNpx : name;
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
