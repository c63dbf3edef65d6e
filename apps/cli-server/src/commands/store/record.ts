import { openRegistry } from '@countersign/auth-server/accounts';
import type { AuditKind } from '@countersign/auth-server/audit';
import { type Store, StoreError } from '@countersign/secure-store';
import { type Io, sentence, warn } from '@countersign/terminal';

/** A backup or copy is kept even if its event cannot be written, for example because the disk is full. */
export async function record(io: Io, store: Store, kind: AuditKind, detail: string): Promise<void> {
  const { journal } = openRegistry({ store, clock: io.now, randomBytes: io.randomBytes });
  try {
    await journal.commit([], [{ kind, detail }]);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    warn(io, sentence`This could not be recorded in the audit log. ${error.message}`);
  }
}
