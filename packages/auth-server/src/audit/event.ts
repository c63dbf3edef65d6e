import { createHash } from 'node:crypto';
import { z } from 'zod';

/** The kinds of events, with their words. `channel.mismatch` is the alarm: a third party is between client and server. */
export const AUDIT_KINDS = {
  'account.registered': 'registered',
  'account.removed': 'removed their account',
  'account.imported': 'was imported',
  'login.succeeded': 'logged in',
  'login.failed': 'wrong password',
  'login.unfinished': 'right password, but the login was not completed',
  'attempt.refused': 'attempt refused',
  'factor.failed': 'wrong code',
  'factor.locked': 'codes locked after too many wrong ones',
  'factor.spent': 'used a code to replace the authenticator',
  'recovery.used': 'logged in with a recovery code',
  'recovery.renewed': 'renewed the recovery codes',
  'password.changed': 'changed the password',
  'credential.upgraded': 'password storage renewed',
  'totp.replaced': 'replaced the authenticator',
  'channel.mismatch': 'ALARM: someone is between this user and the server',
  'invite.created': 'invited by the administrator',
  'invite.revoked': 'invitation revoked',
  'invite.failed': 'invitation refused: unknown, used, expired or mistyped',
  'admin.unlocked': 'unlocked by the administrator',
  'admin.disabled': 'disabled by the administrator',
  'admin.enabled': 'enabled by the administrator',
  'admin.removed': 'removed by the administrator',
  'admin.totp_reset': 'authenticator reset by the administrator',
  'admin.roles_changed': 'roles changed by the administrator',
  'admin.passphrase_changed': 'passphrase changed',
  'admin.slot_added': 'slot added',
  'admin.slot_removed': 'slot removed',
  'admin.keys_rotated': 'keys rotated',
  'admin.keys_deleted': 'old keys deleted',
  'admin.certificate_renewed': 'certificate renewed',
  'admin.audit_pruned': 'old events removed from the audit log',
  'audit.vouched': 'versions of accounts recorded',
  'store.backed_up': 'store backed up',
  'store.copied': 'store copied to another place',
  'store.moved': 'store moved here from another place',
  'store.restored': 'store restored from a backup',
  'server.key_changed': 'THE SERVER HAS A NEW KEY: clients that remember the previous one refuse it',
  'server.started': 'server started',
  'server.stopped': 'server stopped',
} as const;
/** The kind of an event. */
export type AuditKind = keyof typeof AUDIT_KINDS;

/** An account and its record's version, as it is after the commit that the event is part of. */
export interface VouchedAccount {
  readonly username: string;
  readonly uid: string;
  /** In decimal. */
  readonly version: string;
  /** That the account ended with this commit. */
  readonly removed?: true | undefined;
}

/**
 * One thing that happened. Known accounts appear by name; a name that is not an account appears only as the id
 * `account`, since people type passwords into the field for names. Nothing in here is ever secret.
 */
export interface AuditEvent {
  readonly kind: AuditKind;
  readonly username?: string | undefined;
  readonly account?: string | undefined;
  readonly source?: string | undefined;
  /** How many times, where a minute's failures of one source are gathered in one event. */
  readonly count?: number | undefined;
  /** Of `attempt.refused` why: an error code, or the limit by its key in the file of limits. */
  readonly detail?: string | undefined;
  /** With a change of an account the account; with `audit.vouched` up to 256, as they are at this time. */
  readonly accounts?: readonly VouchedAccount[] | undefined;
}

/** Of a gathered event, when the first and the last of what it tells happened, in unix milliseconds. */
export interface Span {
  readonly since: number;
  readonly until: number;
}

/** An event as it is kept: numbered without gaps per writer, each holding the hash of the one before. */
export const auditRecordSchema = z.strictObject({
  writer: z.string(),
  seq: z.int().min(1),
  /** When it was written, in unix milliseconds. */
  at: z.int().min(0),
  kind: z.enum(Object.keys(AUDIT_KINDS) as AuditKind[]),
  username: z.string().optional(),
  account: z.string().optional(),
  source: z.string().optional(),
  count: z.int().min(1).optional(),
  detail: z.string().optional(),
  accounts: z
    .array(
      z.strictObject({
        username: z.string(),
        uid: z.string(),
        version: z.string().regex(/^\d{1,20}$/),
        removed: z.literal(true).optional(),
      }),
    )
    .readonly()
    .optional(),
  /** As in `Span`, on gathered events. */
  since: z.int().min(0).optional(),
  until: z.int().min(0).optional(),
  /** base64url of SHA-256 over the previous record of this writer; empty for the first. */
  previous: z.string(),
});
export type AuditRecord = z.output<typeof auditRecordSchema>;

/** Where a writer stands. Kept elsewhere, it shows later whether the log was cut off or put back. */
export const auditHeadSchema = z.strictObject({
  writer: z.string(),
  seq: z.int().min(0),
  hash: z.string(),
  at: z.int().min(0),
  /** The oldest record retention has left: its number, and the hash of the last one it took away. */
  first: z.strictObject({ seq: z.int().min(1), previous: z.string() }),
});
export type AuditHead = z.output<typeof auditHeadSchema>;

/** SHA-256 over the record's fields in a fixed order, as base64url. */
export function hashOf(record: AuditRecord): string {
  const { writer, seq, at, kind, username, account, source, count, detail, since, until, previous } = record;
  const fields = [writer, seq, at, kind, username, account, source, count, detail, since, until, previous];
  // Events from before there were accounts keep their hash.
  const accounts = record.accounts?.map((each) => [
    each.username,
    each.uid,
    each.version,
    each.removed === true,
  ]);
  const text = JSON.stringify([
    ...fields.map((field) => field ?? null),
    ...(accounts === undefined ? [] : [accounts]),
  ]);
  return createHash('sha256').update(text).digest('base64url');
}

/** When what an event tells of happened: it may have been written later. */
export function spanOf({ at, since = at, until = at }: AuditRecord): Span {
  return { since, until };
}

export function recordId(writer: string, seq: number): string {
  return `${writer}/${seq}`;
}
