/**
 * Backups of a server's store. A restored one must not bring back codes that were used since then, used invitations and
 * spent recovery codes. Passwords and removals are those of the backup, and the administrator sees a warning.
 */
import {
  type BackupFacts,
  type BackupSource,
  openStore,
  REMOVE,
  type RestoreOptions,
  type RestoreReport,
  type RestoreRule,
  restoreRule,
  restoreStore,
  type Store,
  verifyBackup as verifyStoreBackup,
  type Write,
} from '@countersign/secure-store';
import { z } from 'zod';
import {
  ACCOUNTS_AN_EVENT,
  auditHeadSchema,
  auditRecordSchema,
  type VouchedAccount,
  vouchingEvents,
} from '../audit/event.ts';
import { fenced as fencedIssuing, ISSUING, sshRecords } from '../credentials/records.ts';
import { TOKEN_KEYS, tokenRecords } from '../credentials/tokens/records.ts';
import { type Account, accountSchema, drawGeneration } from './account.ts';
import { invitationSchema } from './invitations.ts';
import { latestStep } from './last-step.ts';
import { openRegistry, type RegistryOptions } from './registry.ts';

/** The private key and certificate of a server, in PEM. */
const identitySchema = z.strictObject({ key: z.string(), cert: z.string() });
type Identity = z.output<typeof identitySchema>;
/** In backups only: such a record is never in a store. */
const SERVER_IDENTITY = ['server-identity', identitySchema] as const;

/** Returns the record for `more` of `store.backup`. `restoreBackup` returns it again. */
export function identityForBackup(store: Store, identity: Identity): Write {
  return store.collection(...SERVER_IDENTITY).inserting('tls', identity);
}

/** What a backup of a server's store contains. */
export interface VerifiedBackup extends BackupFacts {
  readonly accounts: number;
  /** Whether it contains the key and certificate of the server. */
  readonly hasIdentity: boolean;
}

/**
 * Checks that a backup can be restored, without restoring it: it is complete, every record opens, and accounts, invitations,
 * events and issuing keys are of a known form.
 * @throws {StoreError} as `verifyBackup` of secure-store
 */
export async function verifyBackup(
  options: BackupSource & { readonly rules?: undefined },
): Promise<VerifiedBackup> {
  let accounts = 0;
  let hasIdentity = false;
  const asIs = () => undefined;
  const rules = [
    restoreRule('accounts', accountSchema, () => {
      accounts += 1;
      return undefined;
    }),
    restoreRule('invitations', invitationSchema, asIs),
    restoreRule('audit', auditRecordSchema, asIs),
    restoreRule('audit-heads', auditHeadSchema, asIs),
    restoreRule(...ISSUING, asIs),
    restoreRule(...TOKEN_KEYS, asIs),
    restoreRule(...SERVER_IDENTITY, () => {
      hasIdentity = true;
      return undefined;
    }),
  ];
  const facts = await verifyStoreBackup({ ...options, rules });
  return { ...facts, accounts, hasIdentity };
}

/** Options of `restoreBackup`: those of `restoreStore`, a clock (Unix milliseconds) and randomness. */
export type RestoreBackupOptions = RestoreOptions &
  Pick<RegistryOptions, 'clock' | 'randomBytes'> & { readonly rules?: undefined };

/** What `restoreBackup` did. */
export interface RestoredBackup extends RestoreReport {
  /** Whether the backup has an SSH authority, which issues nothing until the administrator resumes. */
  readonly sshPaused: boolean;
  /** Whether the backup has services, for which no token is issued until the administrator resumes. */
  readonly tokensPaused: boolean;
  /** The key and certificate of the server, if the backup has them. */
  readonly identity: Identity | undefined;
}

/**
 * Restores a backup of a server's store by `restoreRules`, and records that in the restored store's audit log.
 *
 * @throws {StoreError} as {@link restoreStore} and `openStore`
 */
export async function restoreBackup(options: RestoreBackupOptions): Promise<RestoredBackup> {
  const { clock, randomBytes } = options;
  let identity: Identity | undefined;
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
  return {
    ...report,
    removed: report.removed - (identity === undefined ? 0 : 1),
    identity,
    sshPaused: (await sshRecords(store).issuing.value())?.paused ?? false,
    tokensPaused: (await tokenRecords(store).keys.value())?.paused ?? false,
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
  return { ...account, totp: { ...account.totp, lastStep }, recovery: [] };
}

/** Records in the audit log that a backup of that time (Unix seconds) was restored, which changed all accounts. */
export async function tellOfRestore(
  store: Store,
  created: number,
  options: Pick<RegistryOptions, 'clock' | 'randomBytes'>,
): Promise<void> {
  const { journal } = openRegistry({ store, ...options });
  const detail = `backup of ${new Date(created * 1000).toISOString()}`;
  await journal.commit([], [{ kind: 'store.restored', detail }]);
  let accounts: VouchedAccount[] = [];
  const vouch = async () => {
    for (const event of vouchingEvents(accounts)) await journal.commit([], [event]);
    accounts = [];
  };
  // All accounts can be read: the restore has read them.
  for await (const { value, version } of store.collection('accounts', accountSchema).entries()) {
    accounts.push({ username: value.username, uid: value.uid, version: String(version) });
    if (accounts.length === ACCOUNTS_AN_EVENT) await vouch();
  }
  await vouch();
}
