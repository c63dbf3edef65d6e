/** What the commands on the whole store have in common: records that cannot be read, and the event in the audit log. */
import { type AuditKind, Journal } from '@countersign/auth-server/audit';
import { type Bad, type Store, StoreError } from '@countersign/secure-store';
import {
  EXIT,
  type ExitCode,
  type Io,
  plain,
  printLine,
  sentence,
  styleFor,
  warn,
} from '@countersign/terminal';
import { worldOf } from '../../open-store.ts';

export function exitFor({ bad }: { readonly bad: readonly unknown[] }): ExitCode {
  return bad.length === 0 ? EXIT.done : EXIT.store;
}

export async function printBad(io: Io, bad: readonly Bad[]): Promise<void> {
  const { red } = styleFor(io.stdout, io.env);
  for (const { what, place, problem } of bad)
    await printLine(io, `${red(`${what} ${plain(place)}`)}  ${problem}`);
}

/** Records a backup or copy, which is kept even if the event cannot be written, for example because the disk is full. */
export async function record(io: Io, store: Store, kind: AuditKind, detail: string): Promise<void> {
  const journal = new Journal(worldOf(io, store));
  try {
    await journal.commit([], [{ kind, detail }]);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    warn(io, sentence`This could not be recorded in the audit log. ${error.message}`);
  }
}
