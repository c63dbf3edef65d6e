/** `store check` */

import { counted, type ExitCode, withSpinner } from '@countersign/terminal';
import type { Opened } from '../../command.ts';
import { RESTORE_A_BACKUP } from '../../ui/messages.ts';
import { exitFor, printBad } from './outcome.ts';

interface CheckOptions {
  readonly removeLeftovers?: boolean | undefined;
}

export const READING_RECORDS = 'Reading every record';

export async function checkStore(
  { io, settings, store, say }: Opened,
  { removeLeftovers }: CheckOptions,
): Promise<ExitCode> {
  const { signal } = io;
  if (removeLeftovers) await withSpinner(io, READING_RECORDS, () => store.removeLeftovers());
  const report = await withSpinner(io, READING_RECORDS, () => store.check({ signal }));
  const { records, slots, bad, leftovers } = report;
  if (!settings.json) await printBad(io, bad);
  const result = bad.length === 0 ? 'No problems' : counted(bad.length, 'problem');
  await say({
    json: { event: 'checked', records, slots, bad, leftovers },
    text: `${counted(records, 'record')} and ${counted(slots, 'slot')} checked. ${result}.`,
    notes: [
      ...(bad.length > 0
        ? [
            `Everything else continues to work. ${RESTORE_A_BACKUP}`,
            'Without a backup: make one now and restore it. It contains only the readable records.',
          ]
        : []),
      leftovers > 0
        ? `${counted(leftovers, 'row')} of an interrupted restore remain. They do no harm; --remove-leftovers deletes them.`
        : undefined,
    ],
  });
  return exitFor(report);
}
