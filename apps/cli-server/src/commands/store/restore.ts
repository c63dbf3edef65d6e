/** `store restore`: restores a backup, with the key and certificate of the server if it contains them. */
import { type RestoredBackup, restoreBackup } from '@countersign/auth-server/accounts';
import type { Unlock } from '@countersign/secure-store';
import {
  confirm,
  counted,
  isoTime,
  makeOwnFolder,
  moment,
  type Prompts,
  RereadableFile,
  sentence,
  withSpinner,
  withUnlock,
} from '@countersign/terminal';
import type { YesOption } from '../../arguments.ts';
import type { On } from '../../command.ts';
import { checkDataDir, openBackend } from '../../open-store.ts';
import { hasOwnTlsFiles, makeTlsFiles, ownTlsFiles, readTlsFiles } from '../../tls-files.ts';

export interface RestoreOptions extends YesOption {
  readonly replace?: boolean | undefined;
}

export async function restore(
  { io, settings, say, call }: On,
  path: string,
  { replace = false, yes }: RestoreOptions,
): Promise<void> {
  const { signal, now: clock, randomBytes } = io;
  const { store: place, dataDir } = settings;
  await checkDataDir(settings);
  const file = await RereadableFile.open(path, signal);
  const backend = await openBackend(place);
  const ask = (prompts: Prompts) =>
    replace ? confirm(io, prompts, { message: replacing(place.text), yes }) : prompts.done();
  const work = async (unlock: Unlock) => {
    await makeOwnFolder(dataDir);
    return withSpinner(io, 'Restoring the backup', async () => {
      const source = await file.fromTheStart();
      return restoreBackup({ ...unlock, backend, source, replace, signal, clock, randomBytes });
    });
  };
  try {
    const report = await withUnlock(io, settings, ask, work);
    const { created, records, changed, removed, sshPaused, tokensPaused } = report;
    const identity = report.identity && (await putBack(dataDir, report.identity));
    await say({
      json: {
        event: 'restored',
        created: isoTime(created),
        ...{ records, changed, removed, sshPaused, tokensPaused, identity },
      },
      text: `${counted(records, 'record')} restored from ${moment(created)}.`,
      notes: [
        'Accounts and passwords are those of the backup. Recovery codes and invitations from before are no longer valid, and the ' +
          'next code of every user must be a new one. Restart the servers.',
        identityInWords(dataDir, identity),
        sshPaused
          ? 'All SSH certificates are revoked with the next revocation list, and none is issued, so that a restore on a second machine ' +
            `does no harm. If this store is the real one: ${call('ssh', 'resume')}`
          : undefined,
        tokensPaused
          ? 'All tokens are invalid, since their keys were deleted, and none is issued. If this store is the real one: ' +
            call('service', 'resume')
          : undefined,
      ],
    });
  } finally {
    await backend.close();
    await file.close();
  }
}

type RestoredIdentity = 'restored' | 'same' | 'kept_other';

/** Writes the key and certificate of a backup into the data directory, unless it already has a key. */
async function putBack(
  dataDir: string,
  identity: NonNullable<RestoredBackup['identity']>,
): Promise<RestoredIdentity> {
  if (!hasOwnTlsFiles(dataDir)) {
    await makeTlsFiles(dataDir, identity);
    return 'restored';
  }
  const { key } = await readTlsFiles(ownTlsFiles(dataDir));
  return key === identity.key ? 'same' : 'kept_other';
}

/** @param identity without it, the backup has no key */
function identityInWords(dataDir: string, identity: RestoredIdentity | undefined): string {
  switch (identity) {
    case 'restored':
      return sentence`The server's key and certificate are in ${dataDir} again, so clients keep trusting it.`;
    case 'same':
      return 'The data directory has the same server key as the backup. Its certificate was left as it is.';
    case 'kept_other':
      return sentence`The data directory ${dataDir} has another server key than the backup, and keeps it. To use the one in the backup, move the folder tls away and restore again.`;
    default:
      return (
        "The backup does not contain the server's key and certificate. Copy the folder tls from the old data directory; otherwise " +
        'clients will warn their users about a new key.'
      );
  }
}

export function replacing(place: string): string {
  return sentence`Any existing store at ${place} will be overwritten. Continue?`;
}
