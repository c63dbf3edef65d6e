/** `store verify`: whether a backup can be restored. */
import { verifyBackup } from '@countersign/auth-server/accounts';
import { StoreError, type Unlock } from '@countersign/secure-store';
import {
  counted,
  isoTime,
  moment,
  RereadableFile,
  sentence,
  withSpinner,
  withUnlock,
} from '@countersign/terminal';
import type { On } from '../../command.ts';
import { storeError } from '../../ui/messages.ts';
import { READING_RECORDS } from './check.ts';

export async function verify({ io, settings, say }: On, path: string): Promise<void> {
  const { signal } = io;
  const file = await RereadableFile.open(path, signal);
  const read = (unlock: Unlock) =>
    withSpinner(io, READING_RECORDS, async () =>
      verifyBackup({ ...unlock, source: await file.fromTheStart(), signal }),
    );
  try {
    const { created, records, accounts, hasIdentity } = await withUnlock(
      io,
      settings,
      (prompts) => prompts.done(),
      read,
    ).catch((error: unknown) => {
      if (!isOfNoUse(error)) throw error;
      const hint = 'Make another one: countersign-server store backup FILE';
      throw storeError(error.code, `${error.message} It cannot be restored.`, hint, error);
    });
    await say({
      json: {
        event: 'verified',
        file: path,
        created: isoTime(created),
        ...{ records, accounts, withIdentity: hasIdentity },
      },
      text: sentence`${path} is a complete backup from ${moment(created)}: ${counted(records, 'record')}, ${counted(accounts, 'account')}.`,
      notes: [
        hasIdentity
          ? "It contains the server's key and certificate."
          : "It does not contain the server's key and certificate.",
      ],
    });
  } finally {
    await file.close();
  }
}

function isOfNoUse(error: unknown): error is StoreError {
  return error instanceof StoreError && ['damaged', 'invalid', 'not_a_store'].includes(error.code);
}
