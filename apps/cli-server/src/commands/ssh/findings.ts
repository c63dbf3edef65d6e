/** What `doctor` finds about SSH: whether issuing is paused, and whether a revocation list can be used and is new enough. */
import { openSsh, readKrl } from '@countersign/auth-server/credentials';
import { CliError, type Io, moment, readBinaryFile, relative, sentence } from '@countersign/terminal';
import type { World } from '../../open-store.ts';

/** Hosts fetch the list every few minutes, so an older one means that something has stopped. */
const MOST_SECONDS = 30 * 60;

const WRITE = 'Write it again: countersign-server ssh krl --out FILE';

/** Returns a finding if a restore has paused issuing. */
export async function checkIssuing(world: World) {
  if (!(await openSsh(world).administration.isPaused())) return [];
  const says = 'No SSH certificates are issued since the store was restored';
  const todo = 'If this store is the one to use, run: countersign-server ssh resume';
  return [{ code: 'ssh', verdict: 'poor', says, todo }] as const;
}

/** Returns what `doctor` found about a revocation list. */
export async function checkKrl(io: Io, path: string) {
  const bad = (says: string, todo: string) => ({ code: 'krl', verdict: 'bad', says, todo }) as const;
  let bytes: Uint8Array;
  try {
    bytes = await readBinaryFile(path, io.signal);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const says = error.message.replace(/\.$/, '');
    return bad(`${says}. Hosts without a list refuse every key`, WRITE);
  }
  const found = readKrl(bytes);
  switch (found.condition) {
    case 'empty':
      return bad(sentence`${path} is empty: with it, sshd revokes nothing`, WRITE);
    case 'unusable':
      return bad(sentence`${path} is not a revocation list of this program: ${found.reason}`, WRITE);
    case 'usable': {
      const now = io.now() / 1000;
      const { generatedAt } = found;
      const says = sentence`The revocation list in ${path} is of ${moment(generatedAt)}, ${relative(generatedAt, now)}`;
      return now - generatedAt > MOST_SECONDS
        ? bad(says, 'Check the timer or cron job that writes it: hosts still accept what was revoked since.')
        : ({ code: 'krl', verdict: 'good', says } as const);
    }
  }
}
