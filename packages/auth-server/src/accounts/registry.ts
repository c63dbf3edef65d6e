/** The accounts and invitations of one store, with the audit log in which their changes are recorded. */
import { Journal, type JournalOptions } from '../audit/journal.ts';
import { Accounts } from './accounts.ts';
import { Invitations } from './invitations.ts';

/** Returned by `openRegistry`. */
export interface Registry {
  readonly journal: Journal;
  readonly accounts: Accounts;
  readonly invitations: Invitations;
}

/** Options of `openRegistry`: those of its journal. */
export type RegistryOptions = JournalOptions;

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
