/** Events of the audit log in words: who, what, how often, from where, why. Unknown names are never in one. */
import type { AuditKind, AuditRecord } from '@countersign/auth-server/audit';
import type { LimitName } from '@countersign/auth-server/limits';
import { duration, plain } from '@countersign/terminal';

const HAPPENED: Readonly<Record<AuditKind, string>> = {
  'account.registered': 'registered',
  'account.removed': 'removed their account',
  'account.imported': 'was imported',
  'login.succeeded': 'logged in',
  'login.failed': 'wrong password',
  'login.unfinished': 'right password, and no code that completed the login',
  'attempt.refused': 'turned away unheard',
  'factor.failed': 'wrong code',
  'factor.locked': 'codes locked after too many wrong ones',
  'factor.spent': 'gave a code to replace the authenticator',
  'recovery.used': 'logged in with a recovery code',
  'recovery.renewed': 'renewed the recovery codes',
  'password.changed': 'changed the password',
  'credential.upgraded': 'credential upgraded',
  'totp.replaced': 'replaced the authenticator',
  'channel.mismatch': 'ALARM: someone is between this user and the server',
  'invite.created': 'invited by the administrator',
  'invite.revoked': 'invitation revoked',
  'invite.failed': 'invitation refused: unknown, used, ended, or mistyped',
  'admin.unlocked': 'unlocked by the administrator',
  'admin.disabled': 'disabled by the administrator',
  'admin.enabled': 'enabled by the administrator',
  'admin.removed': 'removed by the administrator',
  'admin.totp_reset': 'authenticator reset by the administrator',
  'admin.roles_changed': 'roles changed by the administrator',
  'admin.passphrase_changed': 'passphrase changed',
  'admin.slot_added': 'unlock slot added',
  'admin.slot_removed': 'unlock slot removed',
  'admin.keys_rotated': 'keys rotated',
  'audit.vouched': 'versions of accounts written down',
  'admin.keys_deleted': 'old keys deleted',
  'admin.certificate_renewed': 'certificate renewed',
  'admin.audit_pruned': 'old events removed from the audit log',
  'store.backed_up': 'store backed up',
  'store.copied': 'store copied to another place',
  'store.moved': 'store moved here from another place',
  'store.restored': 'store restored from a backup',
  'server.key_changed': 'THE SERVER HAS A NEW KEY: clients that remember the one before refuse it',
  'server.started': 'server started',
  'server.stopped': 'server stopped',
};

/** What a limit counts. */
const LIMITS: Readonly<Record<LimitName, string>> = {
  'password.freeFailures': 'wrong passwords there',
  'source.failures': 'wrong passwords from there',
  'source.inFlight': 'attempts from there at once',
  'source.startsPerMinute': 'logins from there this minute',
  'source.registrationsPerDay': 'registrations from there in a day',
  'network.registrationsPerDay': 'registrations from that network in a day',
  'name.failures': 'wrong passwords of strangers in a day',
  'code.perStep': 'wrong codes in a row',
  'code.lockAfter': 'wrong codes in a row, and now none is taken',
  'account.changesPerHour': 'changes of the account in an hour',
  registrationsPerDay: 'accounts registered in a day',
};

interface Phrase {
  readonly happened: string;
  readonly because?: string;
}

const PHRASES: ReadonlyMap<string, Phrase> = new Map<string, Phrase>([
  ...Object.entries(LIMITS).map(([limit, counts]): [string, Phrase] => [
    `attempt.refused ${limit}`,
    { happened: HAPPENED['attempt.refused'], because: `too many ${counts}: limit ${limit}` },
  ]),
  [
    'attempt.refused registration_closed',
    { happened: 'registration refused', because: 'registration is closed' },
  ],
  ['attempt.refused invitation_required', { happened: 'registration refused', because: 'no invitation' }],
  [
    'attempt.refused name_refused',
    { happened: 'registration refused', because: 'the invitation is for another name' },
  ],
  ['attempt.refused name_taken', { happened: 'registration refused', because: 'the name is taken' }],
  [
    'attempt.refused account.changesPerHour',
    { happened: 'right code, change refused', because: 'too many changes of the account in an hour' },
  ],
  ['attempt.refused disabled', { happened: 'right password, refused', because: 'the account is disabled' }],
  [
    'attempt.refused locked',
    { happened: 'right password, refused', because: 'codes are locked and no recovery code is left' },
  ],
  ['factor.failed totp', { happened: 'wrong code' }],
  ['factor.failed recovery', { happened: 'wrong recovery code' }],
  ['factor.failed used', { happened: 'gave a code that was used already' }],
  ['factor.locked totp', { happened: HAPPENED['factor.locked'] }],
  ['factor.locked recovery', { happened: 'recovery codes locked after too many wrong ones' }],
]);

type Told = Pick<
  AuditRecord,
  'kind' | 'username' | 'account' | 'source' | 'count' | 'detail' | 'since' | 'until'
>;

export function eventInWords(event: Told): string {
  const { kind, username, account, source, detail } = event;
  const known = PHRASES.get(`${kind} ${detail}`);
  const { happened, because = undefined } = known ?? { happened: HAPPENED[kind], because: detail };
  const who = username ?? (account === undefined ? undefined : strangers(account));
  return [
    who === undefined ? undefined : `${plain(who)}:`,
    happened,
    howOften(event),
    source === undefined ? undefined : `from ${plain(source)}`,
    because === undefined ? undefined : `(${plain(because)})`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** Several ids stand in one gathered event. */
function strangers(account: string): string {
  return account.includes(' ') ? 'unknown users' : 'unknown user';
}

function howOften({ count = 1, since = 0, until = since }: Told): string | undefined {
  if (count === 1) return undefined;
  const seconds = Math.floor((until - since) / 1000);
  return seconds > 0 ? `${count} times in ${duration(seconds)}` : `${count} times`;
}
