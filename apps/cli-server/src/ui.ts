/**
 * Every word the administrator sees, except the help text, which stands with the options it explains.
 *
 * Voice: short sentences; what happened, why, what to do now. "Your" is the administrator's, "users" are the others.
 * Values from outside (paths, names, answers of other programs) go through `sentence` or `plain`.
 */
import { hostname } from 'node:os';
import type { AuditEvent } from '@countersign/auth-server/audit';
import {
  CliError,
  EXIT,
  type ExitCode,
  type Io,
  note,
  plain,
  printJson,
  printLine,
  sentence,
  styleFor,
} from '@countersign/terminal';
import type { CodedError } from './explain.ts';
import type { Settings, StorePlace } from './settings.ts';

export const questions = {
  passphrase: "Administrator's passphrase",
  newPassphrase: 'New passphrase, 8 characters or more',
  newPassphraseAgain: 'The same again',
} as const;

export const waits = {
  opening: 'Opening the store',
  making: 'Making the store',
} as const;

// -- Said besides -------------------------------------------------------------------------------------------

export function welcome(io: Io, { dataDir }: Settings): void {
  if (!io.isTerminal) return;
  note(io, sentence`This is the first start. The store will be made in ${dataDir}.`);
  note(io, 'Its passphrase cannot be recovered: keep it somewhere safe. You need it at every start.');
}

export function warn(io: Io, message: string): void {
  note(io, `${styleFor(io.stderr, io.env).yellow('Warning:')} ${message}`);
}

export const newCertificate =
  'There was no certificate, and a new one was made. Clients that remember the old one will refuse this server.';

// -- Listening ----------------------------------------------------------------------------------------------

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

// -- What happens while it runs -----------------------------------------------------------------------------

const HAPPENED: Readonly<Record<AuditEvent['kind'], string>> = {
  'account.registered': 'registered',
  'account.removed': 'removed their account',
  'account.imported': 'was imported',
  'login.succeeded': 'logged in',
  'login.failed': 'wrong password',
  'factor.failed': 'wrong code',
  'factor.spent': 'gave a code',
  'recovery.used': 'logged in with a recovery code',
  'recovery.renewed': 'renewed the recovery codes',
  'password.changed': 'changed the password',
  'credential.upgraded': 'credential upgraded',
  'totp.replaced': 'replaced the authenticator',
  'channel.mismatch': 'ALARM: somebody sits between this user and the server',
  'invite.created': 'invitation made',
  'invite.used': 'invitation used',
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
  'store.restored': 'store restored from a backup',
  'server.started': 'server started',
  'server.stopped': 'server stopped',
};

/** An event in words: who, what, from where. Unknown names are never in one. */
export function eventInWords({ kind, username, account, source, count, detail }: AuditEvent): string {
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

export function connectionEnded(source: string, because: string): string {
  const why = because === 'protocol' ? 'broke the protocol' : 'too many connections';
  return sentence`connection from ${source} closed: ${why}`;
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

// -- Errors: the command line -------------------------------------------------------------------------------

const HELP = 'countersign-server --help shows what there is.';

/** @param message as commander says it: `error: unknown option '--prot'` and a suggestion */
export function badCommandLine(message: string): CliError {
  const [said = '', ...more] = message.replace(/^error: /, '').split('\n');
  const text = plain(`${said.charAt(0).toUpperCase()}${said.slice(1)}`);
  const suggestion = more
    .map((line) => plain(line.replace(/^\((.*)\)$/, '$1')))
    .filter((line) => line !== '');
  return problem('usage', EXIT.usage, ended(text), [...suggestion, HELP].join(' '));
}

export function badStorePlace(text: string): CliError {
  return problem(
    'usage',
    EXIT.usage,
    sentence`"${text}" names no store.`,
    'Give --store lmdb:DIR or --store postgres://USER@HOST/DATABASE.',
  );
}

export function badDatabaseUrl(cause: unknown): CliError {
  const why = cause instanceof Error ? cause.message : 'unknown';
  return problem(
    'usage',
    EXIT.usage,
    ended(sentence`The address in --store cannot be used: ${why}`),
    undefined,
    cause,
  );
}

export function passwordInUrl(): CliError {
  return problem(
    'usage',
    EXIT.usage,
    'A password in --store can be read by everybody on this machine.',
    'Leave it out of the address and put it into ~/.pgpass or the file that PGPASSFILE names.',
  );
}

export function keyAndCertificateTogether(): CliError {
  return problem('usage', EXIT.usage, '--tls-cert and --tls-key belong together.', 'Give both or neither.');
}

export function unreadableFile(path: string, cause: unknown): CliError {
  return problem('unreadable_file', EXIT.usage, sentence`The file ${path} cannot be read: ${reason(cause)}.`);
}

/** @param field as in `code.perStep`; empty when the whole file is meant */
export function badLimits(path: string, field: string, why: string): CliError {
  const where = field === '' ? sentence`The limits in ${path}` : sentence`The limit ${field} in ${path}`;
  return problem(
    'bad_limits',
    EXIT.usage,
    ended(`${where} cannot be used: ${plain(why)}`),
    'Durations are in seconds; what is left out stays as it is.',
  );
}

export function metricsPortTaken(port: number, cause: unknown): CliError {
  return problem(
    'address_in_use',
    EXIT.network,
    sentence`The counters cannot be shown at port ${port}: ${reason(cause)}.`,
    'Give another --metrics-port.',
  );
}

// -- Errors: passphrases ------------------------------------------------------------------------------------

const LEAST_CHARACTERS = 8;

/** What is wrong with a new passphrase, or nothing. */
export function newPassphraseProblem(passphrase: string): string | undefined {
  const characters = Array.from(passphrase.normalize('NFC')).length;
  return characters < LEAST_CHARACTERS ? `At least ${LEAST_CHARACTERS} characters, please.` : undefined;
}

export function badNewPassphrase(why: string): CliError {
  return problem('bad_input', EXIT.usage, `The new passphrase cannot be used. ${why}`);
}

export function passphrasesDiffer(): CliError {
  return problem('passphrases_differ', EXIT.usage, 'The two passphrases are not the same. Nothing was made.');
}

// -- Errors: data directory and store -----------------------------------------------------------------------

export function notOurDirectory(dir: string): CliError {
  return problem(
    'not_a_store',
    EXIT.store,
    sentence`${dir} holds other things and is no directory of this program.`,
    'Give an empty directory, or one that does not exist yet. Nothing was changed.',
  );
}

export function unusableDirectory(dir: string, cause: unknown): CliError {
  return problem('read_only', EXIT.store, sentence`The directory ${dir} cannot be used: ${reason(cause)}.`);
}

export function noStoreYet(place: StorePlace): CliError {
  const where = place.kind === 'lmdb' ? sentence`in ${place.dir}` : 'in this database';
  return problem(
    'not_a_store',
    EXIT.store,
    `There is no store ${where} yet.`,
    'countersign-server start makes one; or look at --data-dir and --store.',
  );
}

const STORE_HINTS: Readonly<Record<string, string>> = {
  wrong_passphrase: 'Nothing was changed. Try again.',
  newer_format: 'Install that version to open it. Nothing was changed.',
  not_a_store: 'Look at --data-dir and --store.',
  damaged: 'countersign-server store check tells what is damaged; a backup brings it back.',
};

export function storeProblem(error: CodedError): CliError {
  return problem(error.code, EXIT.store, plain(error.message), STORE_HINTS[error.code], error);
}

// -- Errors: network and certificate ------------------------------------------------------------------------

export function channelProblem(error: CodedError): CliError {
  const message = ended(plain(error.message.charAt(0).toUpperCase() + error.message.slice(1)));
  if (error.code === 'bad_certificate')
    return problem(error.code, EXIT.usage, message, 'Look at the key and the certificate.', error);
  const hint =
    error.code === 'address_in_use' ? 'End it, or give another --port.' : 'Look at --host and --port.';
  return problem(error.code, EXIT.network, message, hint, error);
}

export function workersLost(): CliError {
  return problem(
    'wrong_passphrase',
    EXIT.store,
    'All worker processes have ended, and the passphrase was changed since the start.',
    'Start the server again with the new one.',
  );
}

// -- Errors: accounts ---------------------------------------------------------------------------------------

export function authProblem(error: CodedError): CliError {
  const message = plain(error.message.charAt(0).toUpperCase() + error.message.slice(1));
  return problem(error.code, EXIT.refused, ended(message), undefined, error);
}

// -- How they are made --------------------------------------------------------------------------------------

function problem(code: string, exit: ExitCode, message: string, hint?: string, cause?: unknown): CliError {
  return new CliError({ code, exit, message, ...(hint === undefined ? {} : { hint }), cause });
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'it is no directory',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EADDRINUSE: 'another program listens there',
};

function reason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  return REASONS[code] ?? code;
}
