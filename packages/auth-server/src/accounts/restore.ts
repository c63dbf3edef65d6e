/**
 * What a restored backup must not bring back: codes that were used since then, used invitations and spent recovery codes.
 * Passwords and removals are those of the backup, and the administrator is told so.
 */
import {
  openStore,
  REMOVE,
  type RestoreOptions,
  type RestoreReport,
  type RestoreRule,
  restoreRule,
  restoreStore,
  type Store,
} from '@countersign/secure-store';
import { type VouchedAccount, vouchingEvents } from '../audit/event.ts';
import { fenced as fencedIssuing, ISSUING, ONE } from '../credentials/records.ts';
import { TOKEN_KEYS, ONE as TOKENS } from '../credentials/tokens/records.ts';
import { type Account, accountSchema, drawGeneration } from './account.ts';
import { type BackedUpIdentity, SERVER_IDENTITY } from './backed-up-identity.ts';
import { invitationSchema } from './invitations.ts';
import { latestStep } from './last-step.ts';
import { openRegistry } from './registry.ts';

/** Options of `restoreBackup`: those of `restoreStore`, a clock (Unix milliseconds) and randomness. */
export type RestoreBackupOptions = RestoreOptions & {
  readonly rules?: undefined;
  readonly clock: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
};

/** What `restoreBackup` did. */
export interface RestoredBackup extends RestoreReport {
  /** Whether the backup has an SSH authority, which issues nothing until the administrator resumes. */
  readonly sshPaused: boolean;
  /** Whether the backup has services, for which no token is issued until the administrator resumes. */
  readonly tokensPaused: boolean;
  /** The key and certificate of the server, if the backup has them. */
  readonly identity: BackedUpIdentity | undefined;
}

/**
 * Restores a backup of a server's store by `restoreRules`, and records that in the restored store's audit log.
 *
 * @throws {StoreError} as {@link restoreStore} and `openStore`
 */
export async function restoreBackup(options: RestoreBackupOptions): Promise<RestoredBackup> {
  const { clock, randomBytes } = options;
  let identity: BackedUpIdentity | undefined;
  const rules = [
    ...restoreRules(Math.floor(clock() / 1000), randomBytes),
    restoreRule(...SERVER_IDENTITY, (found) => {
      identity = found;
      return REMOVE;
    }),
  ];
  const report = await restoreStore({ ...options, rules });
  const store = await openStore(options);
  await tellOfRestore(store, report.created, { clock, randomBytes });
  const issuing = await store.collection(...ISSUING).get(ONE);
  const keys = await store.collection(...TOKEN_KEYS).get(TOKENS);
  return {
    ...report,
    removed: report.removed - (identity === undefined ? 0 : 1),
    identity,
    sshPaused: issuing?.value.paused ?? false,
    tokensPaused: keys?.value.paused ?? false,
  };
}

/**
 * Returns the rules for restoring a backup at `now` (Unix seconds). Every account gets a new generation, so that no session
 * of a running server keeps its power, whatever it changed since the backup.
 */
export function restoreRules(now: number, randomBytes: (length: number) => Uint8Array): RestoreRule[] {
  return [
    restoreRule('accounts', accountSchema, (account) => ({
      ...fenced(account, now),
      generation: drawGeneration(randomBytes),
    })),
    restoreRule('invitations', invitationSchema, () => REMOVE),
    // What was issued since the backup is not in it, and a restore drill must not issue beside the real server.
    restoreRule(...ISSUING, (issuing) => ({ ...fencedIssuing(issuing, now), paused: true })),
    // This invalidates earlier tokens: verifiers that fetch the keys no longer find the ones that signed them.
    restoreRule(...TOKEN_KEYS, () => ({ keys: [], paused: true })),
  ];
}

/** Returns the account without its recovery codes, and with all codes from before the restore as used. */
function fenced(account: Account, now: number): Account {
  const lastStep = Math.max(account.totp.lastStep, latestStep(account, now));
  return {
    ...account,
    totp: { ...account.totp, lastStep },
    recovery: [],
  };
}

/** Records in the audit log that a backup of that time (Unix seconds) was restored, which changed all accounts. */
export async function tellOfRestore(
  store: Store,
  created: number,
  options: { clock: () => number; randomBytes: (length: number) => Uint8Array },
): Promise<void> {
  const { journal } = openRegistry({ store, ...options });
  const detail = `backup of ${new Date(created * 1000).toISOString()}`;
  await journal.commit([], [{ kind: 'store.restored', detail }]);
  const accounts: VouchedAccount[] = [];
  // All accounts can be read: the restore has read them.
  for await (const { value, version } of store.collection('accounts', accountSchema).entries())
    accounts.push({ username: value.username, uid: value.uid, version: String(version) });
  for (const event of vouchingEvents(accounts)) await journal.commit([], [event]);
}
