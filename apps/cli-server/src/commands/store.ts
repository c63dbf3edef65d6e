/** `store …`: the store as a whole. */
import { counted, type ExitCode, note, printJson, printLine, withSpinner } from '@countersign/terminal';
import { YES } from '../arguments.ts';
import { inStore, type Opened } from '../open-store.ts';
import type { Define } from '../program.ts';
import { RESTORE_A_BACKUP } from '../ui/messages.ts';
import { backUp } from './store/backup.ts';
import { exitFor, printBad } from './store/bad.ts';
import { copy } from './store/copy.ts';
import { restore } from './store/restore.ts';
import { verify } from './store/verify.ts';

interface CheckOptions {
  readonly removeLeftovers?: boolean | undefined;
}

const REPLACE = ['--replace', 'overwrite an existing store'] as const;
const CHECKING = 'Reading every record';

export const defineStore: Define = (store, perform) => {
  store
    .command('check')
    .description('read every record, and report damage')
    .option('--remove-leftovers', 'delete the remains of an interrupted restore or copy')
    .action(perform(inStore(checkStore, { walkAll: true })));
  store
    .command('backup <file>')
    .description(
      'write the whole store to an encrypted file, or to standard output with -, while servers run',
    )
    .option('--with-identity', "include the server's key and certificate")
    .action(perform(backUp));
  store
    .command('verify <file>')
    .description('check that a backup can be restored, and restore nothing')
    .action(perform(verify));
  store
    .command('restore <file>')
    .description('restore a backup to the place of --store; earlier codes and invitations become invalid')
    .option(...REPLACE)
    .option(...YES)
    .action(perform(restore));
  store
    .command('copy <place>')
    .description(
      'copy the store to another place, lmdb:DIR or postgres://USER@HOST/DATABASE, while servers run',
    )
    .option('--move', 'stop all use of the old place, so that no later change is lost')
    .option(...REPLACE)
    .option(...YES)
    .action(perform(copy));
};

async function checkStore(
  { io, settings, store }: Opened,
  { removeLeftovers }: CheckOptions,
): Promise<ExitCode> {
  const { signal } = io;
  if (removeLeftovers) await withSpinner(io, CHECKING, () => store.removeLeftovers());
  const report = await withSpinner(io, CHECKING, () => store.check({ signal }));
  const { records, slots, bad, leftovers } = report;
  if (settings.json) await printJson(io, { event: 'checked', records, slots, bad, leftovers });
  else {
    await printBad(io, bad);
    const result = bad.length === 0 ? 'No problems' : counted(bad.length, 'problem');
    await printLine(io, `${counted(records, 'record')} and ${counted(slots, 'slot')} checked. ${result}.`);
    if (bad.length > 0) {
      note(io, `Everything else continues to work. ${RESTORE_A_BACKUP}`);
      note(io, 'Without a backup: make one now and restore it. It contains only the readable records.');
    }
    const rows = counted(leftovers, 'row');
    if (leftovers > 0)
      note(io, `${rows} of an interrupted restore remain. They do no harm; --remove-leftovers deletes them.`);
  }
  return exitFor(report);
}
