/** The accounts and invitations of one store, with the audit log in which their changes are recorded. */
import type { Store } from '@countersign/secure-store';
import type { AuditEvent } from '../audit/event.ts';
import { Journal } from '../audit/journal.ts';
import { Accounts } from './accounts.ts';
import { Invitations } from './invitations.ts';

/** Returned by `openRegistry`. */
export interface Registry {
  readonly journal: Journal;
  readonly accounts: Accounts;
  readonly invitations: Invitations;
}

/** Options of `openRegistry`. */
export interface RegistryOptions {
  readonly store: Store;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Called for each audit event when it is committed, and for each failure at once, before it is gathered. */
  readonly onEvent?: ((event: AuditEvent) => void) | undefined;
}

/** Opens the accounts, the invitations and the audit log of a store. Reads nothing yet. */
export function openRegistry(options: RegistryOptions): Registry {
  const journal = new Journal(options);
  const { store, randomBytes } = options;
  return {
    journal,
    accounts: new Accounts({ store, journal, randomBytes }),
    invitations: new Invitations({ store, journal, randomBytes }),
  };
}
