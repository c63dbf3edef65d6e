/** Commands as they can be pasted into another terminal. */
import type { Io } from '@countersign/terminal';
import type { Settings } from '../settings.ts';

/** How the programs are called from where this one was called: by npm from a checkout, by npx, or installed. */
function programs({ npm_lifecycle_event: script, npm_command: command }: Io['env']): {
  readonly server: string;
  readonly client: string;
} {
  if (script === 'start') return { server: 'npx countersign-server', client: 'npm run client --' };
  const npx = command === 'exec' ? 'npx ' : '';
  return { server: `${npx}countersign-server`, client: `${npx}countersign` };
}

/** A command of this program for the store that is open now. */
export function serverCall({ env }: Io, { leadHere }: Settings, ...words: readonly string[]): string {
  return [programs(env).server, ...[...words, ...leadHere].map(quoted)].join(' ');
}

/** What a user types. */
export function clientCall({ env }: Io, ...words: readonly string[]): string {
  return [programs(env).client, ...words.map(quoted)].join(' ');
}

/** As a POSIX shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
