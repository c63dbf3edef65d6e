import { createHash } from 'node:crypto';
import { z } from 'zod';

/** The kinds of events, with their words. `channel.mismatch` is the alarm: a third party is between client and server. */
export const AUDIT_KINDS = {
  'account.registered': 'registered',
  'account.removed': 'removed their account',
  'account.imported': 'was imported',
  'login.succeeded': 'logged in',
  'login.failed': 'wrong password',
  'login.refused': 'correct password and second factor, but the service refused the login',
  'login.unfinished': 'right password, but the login was not completed',
  'attempt.refused': 'attempt refused',
  'factor.failed': 'wrong code',
  'factor.locked': 'codes locked after too many wrong ones',
  'factor.spent': 'used a code to replace the authenticator',
  'recovery.used': 'logged in with a recovery code',
  'recovery.renewed': 'renewed the recovery codes',
  'password.changed': 'changed the password',
  'password.reset': 'set a new password after a reset',
  'reset.unfinished': 'correct code of a password reset, but no new password was set',
  'credential.upgraded': 'password storage renewed',
  'totp.replaced': 'replaced the authenticator',
  'ssh.certified': 'SSH certificate issued',
  'token.issued': 'token issued',
  'token.keys_changed': 'a new key signs tokens, and the next one was created',
  'channel.mismatch': 'ALARM: someone is between this user and the server',
  'invite.created': 'invited by the administrator',
  'invite.revoked': 'invitation revoked',
  'invite.failed': 'invitation or reset code refused: unknown, used, expired or mistyped',
  'admin.unlocked': 'unlocked by the administrator',
  'admin.disabled': 'disabled by the administrator',
  'admin.enabled': 'enabled by the administrator',
  'admin.removed': 'removed by the administrator',
  'admin.password_reset': 'password reset by the administrator',
  'admin.totp_reset': 'authenticator reset by the administrator',
  'admin.roles_changed': 'roles changed by the administrator',
  'admin.renamed': 'renamed by the administrator',
  'admin.sessions_ended': 'sessions ended by the administrator',
  'admin.ssh_role_listed': 'role listed for SSH',
  'admin.ssh_role_removed': 'role no longer listed for SSH',
  'admin.ssh_revoked': 'SSH certificates revoked',
  'admin.ssh_rotated': 'SSH authority rotated',
  'admin.ssh_resumed': 'issuing SSH certificates resumed after a restore',
  'admin.service_added': 'service listed for tokens',
  'admin.service_removed': 'service no longer listed for tokens',
  'admin.token_keys_replaced': 'all token keys replaced',
  'admin.tokens_resumed': 'issuing tokens resumed after a restore',
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
  'server.reloaded': 'server settings reloaded',
} as const;
/** The kind of an event. */
export type AuditKind = keyof typeof AUDIT_KINDS;

const vouchedSchema = z.strictObject({
  username: z.string(),
  uid: z.string(),
  /** In decimal. */
  version: z.string().regex(/^\d{1,20}$/),
  /** The account was removed in this commit. */
  removed: z.literal(true).optional(),
});
/** An account with the version of its record after the commit that contains the event. */
export type VouchedAccount = z.output<typeof vouchedSchema>;

/** The times of the first and the last of the gathered failures, in Unix milliseconds. */
export interface Span {
  readonly since: number;
  readonly until: number;
}

/** A stored event. The events of a writer are numbered without gaps, and each contains the hash of the previous one. */
export const auditRecordSchema = z.strictObject({
  writer: z.string(),
  seq: z.int().min(1),
  /** When it was written, in Unix milliseconds. */
  at: z.int().min(0),
  kind: z.enum(Object.keys(AUDIT_KINDS) as AuditKind[]),
  username: z.string().optional(),
  account: z.string().optional(),
  source: z.string().optional(),
  /** The number of failures of one source in one minute that are gathered in this event. */
  count: z.int().min(1).optional(),
  /** For `attempt.refused` the reason: an error code, or a limit by its key in the file of limits. */
  detail: z.string().optional(),
  /** The account that was changed; for `audit.vouched` up to 256 accounts, as they are at this time. */
  accounts: z.array(vouchedSchema).readonly().optional(),
  /** For gathered events, as in `Span`. */
  since: z.int().min(0).optional(),
  until: z.int().min(0).optional(),
  /** base64url of SHA-256 over the previous record of this writer; empty for the first. */
  previous: z.string(),
});
/** A stored event. */
export type AuditRecord = z.output<typeof auditRecordSchema>;

/**
 * Something that happened. Known accounts appear by name; a name without an account appears only as the id `account`, since
 * people type passwords into the field for names. Events contain no secrets.
 */
export type AuditEvent = Readonly<
  Omit<AuditRecord, 'writer' | 'seq' | 'at' | 'since' | 'until' | 'previous'>
>;

/** The head of a writer's chain. A copy kept elsewhere shows later whether the log was truncated or rolled back. */
export const auditHeadSchema = z.strictObject({
  writer: z.string(),
  seq: z.int().min(0),
  hash: z.string(),
  at: z.int().min(0),
  /** The number of the oldest event that retention has left, and the hash of the last removed one. */
  first: z.strictObject({ seq: z.int().min(1), previous: z.string() }),
});
/** The head of a writer's chain. */
export type AuditHead = z.output<typeof auditHeadSchema>;

/** Returns the SHA-256 of the record's fields in a fixed order, as base64url. */
export function hashOf(record: AuditRecord): string {
  const { writer, seq, at, kind, username, account, source, count, detail, since, until, previous } = record;
  const fields = [writer, seq, at, kind, username, account, source, count, detail, since, until, previous];
  // Events of versions without `accounts` keep their hash.
  const accounts = record.accounts?.map((each) => {
    const { username, uid, version, removed = false } = each;
    return [username, uid, version, removed];
  });
  const text = JSON.stringify([
    ...fields.map((field) => field ?? null),
    ...(accounts === undefined ? [] : [accounts]),
  ]);
  return createHash('sha256').update(text).digest('base64url');
}

/** The number of accounts in one event: records have a limited size. */
export const ACCOUNTS_AN_EVENT = 256;

/** Returns events that record the versions of accounts. */
export function vouchingEvents(accounts: readonly VouchedAccount[]): AuditEvent[] {
  return Array.from({ length: Math.ceil(accounts.length / ACCOUNTS_AN_EVENT) }, (_, n) => ({
    kind: 'audit.vouched',
    accounts: accounts.slice(n * ACCOUNTS_AN_EVENT, (n + 1) * ACCOUNTS_AN_EVENT),
  }));
}

/** Returns when the events happened, which can be earlier than when they were written. */
export function spanOf({ at, since = at, until = at }: AuditRecord): Span {
  return { since, until };
}

export function recordId(writer: string, seq: number): string {
  return `${writer}/${seq}`;
}
