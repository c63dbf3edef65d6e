/** `store verify`: whether a backup can be restored. */
import { verifyBackup } from '@countersign/auth-server/accounts';
import { StoreError } from '@countersign/secure-store';
import {
  counted,
  type Io,
  isoTime,
  moment,
  note,
  printJson,
  printLine,
  sentence,
  withSpinner,
} from '@countersign/terminal';
import type { Settings } from '../../settings.ts';
import { storeError } from '../../ui/messages.ts';
import { BackupFile } from './backup-file.ts';
import { withUnlock } from './unlocked.ts';

export async function verify(io: Io, settings: Settings, path: string): Promise<void> {
  const file = await BackupFile.open(io, path);
  try {
    const facts = await withUnlock(
      io,
      settings,
      (prompts) => prompts.done(),
      (unlock) =>
        withSpinner(io, 'Reading every record', async () =>
          verifyBackup({ ...unlock, source: await file.fromTheStart(), signal: io.signal }),
        ),
    ).catch((error: unknown) => {
      throw isOfNoUse(error)
        ? storeError(
            error.code,
            `${error.message} It cannot be restored.`,
            'Make another one: countersign-server store backup FILE',
            error,
          )
        : error;
    });
    const { created, records, accounts, hasIdentity } = facts;
    if (settings.json)
      return await printJson(io, {
        event: 'verified',
        file: path,
        created: isoTime(created),
        records,
        accounts,
        withIdentity: hasIdentity,
      });
    await printLine(
      io,
      sentence`${path} is a whole backup of ${moment(created)}: ${counted(records, 'record')}, ${counted(accounts, 'account')}.`,
    );
    note(
      io,
      hasIdentity
        ? "It contains the server's key and certificate."
        : "It does not contain the server's key and certificate.",
    );
  } finally {
    await file.close();
  }
}

function isOfNoUse(error: unknown): error is StoreError {
  return error instanceof StoreError && ['damaged', 'invalid', 'not_a_store'].includes(error.code);
}
