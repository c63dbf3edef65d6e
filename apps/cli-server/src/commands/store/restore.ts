/** `store restore`: restores a backup, with the key and certificate of the server if it contains them. */
import { type RestoredBackup, restoreBackup } from '@countersign/auth-server/accounts';
import {
  confirm,
  counted,
  type Io,
  isoTime,
  makeOwnFolder,
  moment,
  note,
  type Prompts,
  printJson,
  printLine,
  sentence,
  withSpinner,
} from '@countersign/terminal';
import type { YesOption } from '../../arguments.ts';
import { checkDataDir, openBackend } from '../../open-store.ts';
import type { Settings } from '../../settings.ts';
import { hasOwnTlsFiles, ownTlsFiles, placeTlsFiles, readTlsFiles } from '../../tls-files.ts';
import { serverCall } from '../../ui/messages.ts';
import { BackupFile } from './backup-file.ts';
import { withUnlock } from './unlocked.ts';

export interface RestoreOptions extends YesOption {
  readonly replace?: boolean | undefined;
}

export async function restore(
  io: Io,
  settings: Settings,
  path: string,
  { replace = false, yes }: RestoreOptions,
): Promise<void> {
  const { signal, now: clock, randomBytes } = io;
  const { store: place, dataDir, json } = settings;
  await checkDataDir(settings);
  const file = await BackupFile.open(io, path);
  const backend = await openBackend(place);
  try {
    const ask = async (prompts: Prompts) => {
      if (replace) await confirm(io, prompts, { message: replacing(place.text), yes });
      else await prompts.done();
    };
    const report = await withUnlock(io, settings, ask, async (unlock) => {
      await makeOwnFolder(dataDir);
      return withSpinner(io, 'Restoring the backup', async () => {
        const source = await file.fromTheStart();
        return restoreBackup({ ...unlock, backend, source, replace, signal, clock, randomBytes });
      });
    });
    const { created, records, changed, removed, sshPaused, tokensPaused } = report;
    const identity = report.identity && (await putBack(dataDir, report.identity));
    if (json)
      return printJson(io, {
        event: 'restored',
        created: isoTime(created),
        records,
        changed,
        removed,
        sshPaused,
        tokensPaused,
        identity,
      });
    await printLine(io, `${counted(records, 'record')} restored from ${moment(created)}.`);
    note(
      io,
      'Accounts and passwords are those of the backup. Recovery codes and invitations from before are no longer valid, and the ' +
        'next code of every user must be a new one. Restart the servers.',
    );
    note(io, identityInWords(dataDir, identity));
    if (sshPaused)
      note(
        io,
        'All SSH certificates are revoked with the next revocation list, and none is issued, so that a restore on a second machine ' +
          `does no harm. If this store is the real one: ${serverCall(io, settings, 'ssh', 'resume')}`,
      );
    if (tokensPaused)
      note(
        io,
        'All tokens are invalid, since their keys were deleted, and none is issued. If this store is the real one: ' +
          serverCall(io, settings, 'service', 'resume'),
      );
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
    await placeTlsFiles(dataDir, identity);
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
