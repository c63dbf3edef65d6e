/** What the server says when it listens and while it runs. */
import { hostname } from 'node:os';
import type { AuditEvent, AuditRecord } from '@countersign/auth-server/audit';
import { type Io, note, plain, printJson, printLine, sentence, styleFor } from '@countersign/terminal';
import type { CodedError } from '../explain.ts';
import type { Settings } from '../settings.ts';

export const newCertificate =
  'There was no certificate, and a new one was made. Clients that remember the old one will refuse this server.';

export interface ListeningAt {
  readonly host: string;
  readonly port: number;
  readonly pin: string;
  /** Where the counters are, if anywhere. */
  readonly metricsPort?: number | undefined;
}

export async function sayListening(io: Io, { json }: Settings, at: ListeningAt): Promise<void> {
  const { host, port, pin, metricsPort } = at;
  const counters = metricsPort === undefined ? {} : { metricsPort };
  if (json) return printJson(io, { event: 'listening', host, port, pin, ...counters });
  const everywhere = host === '0.0.0.0' || host === '::';
  const server = addressOf(everywhere ? hostname() : host, port);
  const client = io.env.npm_lifecycle_event === 'start' ? 'npm run client --' : 'countersign';
  const style = styleFor(io.stdout, io.env);
  await printLine(io, `Listening at  ${style.bold(addressOf(host, port))}`);
  await printLine(io, `Pin           ${pin}`);
  await printLine(io, `Users type    ${style.bold(`${client} --server ${plain(server)}`)}`);
  if (metricsPort !== undefined) await printLine(io, `Counters      http://127.0.0.1:${metricsPort}/metrics`);
  if (io.isTerminal) note(io, style.dim('Ctrl-C ends the server.'));
}

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

const HAPPENED: Readonly<Record<AuditEvent['kind'], string>> = {
  'account.registered': 'registered',
  'account.removed': 'removed their account',
  'account.imported': 'was imported',
  'login.succeeded': 'logged in',
  'login.failed': 'wrong password',
  'attempt.refused': 'turned away unheard',
  'factor.failed': 'wrong code',
  'factor.locked': 'codes locked after too many wrong ones',
  'factor.spent': 'gave a code',
  'recovery.used': 'logged in with a recovery code',
  'recovery.renewed': 'renewed the recovery codes',
  'password.changed': 'changed the password',
  'credential.upgraded': 'credential upgraded',
  'totp.replaced': 'replaced the authenticator',
  'channel.mismatch': 'ALARM: somebody sits between this user and the server',
  'invite.created': 'invitation made',
  'invite.revoked': 'invitation revoked',
  'admin.unlocked': 'unlocked by the administrator',
  'admin.disabled': 'disabled by the administrator',
  'admin.enabled': 'enabled by the administrator',
  'admin.removed': 'removed by the administrator',
  'admin.totp_reset': 'authenticator reset by the administrator',
  'admin.passphrase_changed': 'passphrase changed',
  'admin.slot_added': 'unlock slot added',
  'admin.slot_removed': 'unlock slot removed',
  'admin.keys_rotated': 'keys rotated',
  'admin.certificate_renewed': 'certificate renewed',
  'admin.audit_pruned': 'old events removed from the audit log',
  'store.backed_up': 'store backed up',
  'store.copied': 'store copied to another place',
  'store.moved': 'store moved here from another place',
  'store.restored': 'store restored from a backup',
  'server.started': 'server started',
  'server.stopped': 'server stopped',
};

type Told = Pick<AuditRecord, 'kind' | 'username' | 'account' | 'source' | 'count' | 'detail'>;

/** An event in words: who, what, from where. Unknown names are never in one. */
export function eventInWords({ kind, username, account, source, count, detail }: Told): string {
  const who = username ?? (account === undefined ? undefined : 'unknown user');
  return [
    who === undefined ? undefined : `${plain(who)}:`,
    HAPPENED[kind],
    count !== undefined && count > 1 ? `${count} times` : undefined,
    source === undefined ? undefined : `from ${plain(source)}`,
    detail === undefined ? undefined : `(${plain(detail)})`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

/** A line of the log for a person. */
export function logLine(io: Io, text: string, tone: 'plain' | 'warning' | 'alarm' = 'plain'): void {
  const style = styleFor(io.stderr, io.env);
  const paint = { plain: (line: string) => line, warning: style.yellow, alarm: style.red }[tone];
  note(io, `${style.dim(new Date(io.now()).toTimeString().slice(0, 8))}  ${paint(text)}`);
}

const REFUSED: Readonly<Record<string, string>> = {
  busy: 'too many connections from there',
  not_countersign: 'it speaks another protocol',
};

export function connectionRefused(source: string, because: string): string {
  return sentence`connection from ${source} refused: ${REFUSED[because] ?? 'no TLS 1.3 was agreed'}`;
}

export function protocolBroken(source: string): string {
  return sentence`connection from ${source} closed: it broke the protocol`;
}

export function failureInside(error: unknown): string {
  return sentence`something failed inside the server: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

export function workerDied({ message }: CodedError): string {
  return sentence`A worker process ended (${message}) and is being replaced.`;
}

export function workerNotReplaced(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return sentence`A new worker process could not start: ${why}`;
}
