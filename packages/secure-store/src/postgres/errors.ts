/**
 * Translates errors from PostgreSQL and the network into `StoreError`s.
 *
 * Decisions are based on SQLSTATE codes (PostgreSQL, appendix A), which other engines share, never on the
 * text of a message.
 */
import { StoreError, type StoreErrorCode } from '../errors.ts';

/**
 * - `lost`: the connection or server is gone, or was never there; another connection may work
 * - `collision`: concurrent transactions conflicted and the server rolled this one back; a retry may work
 * - `final`: a retry would fail again
 */
export type Trouble = 'lost' | 'collision' | 'final';

/** The server does not accept writes; another server may. */
export class TakesNoWrites extends Error {}

/** This transaction yielded to another one. */
export class GaveWay extends Error {}

const COLLISIONS = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
  '57014', // query_canceled
]);

/** Errors of prepared statements behind a pooler in transaction mode. */
const LOST_PLANS = new Set([
  '26000', // invalid_sql_statement_name
  '42P05', // duplicate_prepared_statement
]);

const LOSSES = new Set([
  ...LOST_PLANS,
  '25P03', // idle_in_transaction_session_timeout
  '40003', // statement_completion_unknown
  '53300', // too_many_connections
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
]);

/** The driver has no code for the error that the server does not accept TLS; its connection gets this one. */
export const NO_TLS = 'NO_TLS';

/** Codes of node:tls for an untrusted certificate: those of OpenSSL (X509_V_ERR_…), and one for the host name. */
const DISTRUST =
  /^(?:CERT_|DEPTH_ZERO_|HOSTNAME_|INVALID_(?:CA|PURPOSE)$|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;

type Saying = readonly [code: StoreErrorCode, sentence: string];

const FOREIGN: Saying = [
  'not_a_store',
  'has unexpected tables in this schema. Use a separate database or schema for the store',
];
const MISSING: Saying = ['not_a_store', 'has no such database or schema. Create it first'];
const DAMAGED: Saying = ['damaged', 'reports damaged files. Restore a backup'];

/** By SQLSTATE, or the code of an error of the host. */
const SAYINGS = new Map<string | undefined, Saying>([
  ['25006', ['read_only', 'does not accept writes: it is a standby or read-only']],
  ['42501', ['read_only', 'does not let this user write. Grant the rights, or connect as the owner']],
  ['53100', ['full', 'has no space left. Nothing was changed. Free some space and try again']],
  ['3D000', MISSING],
  ['3F000', MISSING],
  ...['42703', '42804', '42883', '42P01', '42P10'].map((code) => [code, FOREIGN] as const),
  [
    '08P01',
    [
      'backend_gone',
      'refuses the connection (SQLSTATE 08P01). A pooler does this when it cannot reach its server, or does not know the database, the user or a setting in options',
    ],
  ],
  ['XX001', DAMAGED],
  ['XX002', DAMAGED],
  [
    NO_TLS,
    [
      'backend_gone',
      'does not accept TLS. Enable it there, or add sslmode=disable to the URL if you trust the network in between',
    ],
  ],
]);

/** Returns the SQLSTATE of a server's answer; `undefined` when the error did not come from a server. */
export function sqlStateOf(error: unknown): string | undefined {
  // The driver's class would load the driver. Only errors of a server have a severity.
  return error instanceof Error && 'severity' in error ? codeOf(error) : undefined;
}

/** Returns whether a prepared statement was missing or already existed, as happens behind a pooler. */
export function hasLostPlan(error: unknown): boolean {
  return LOST_PLANS.has(sqlStateOf(error) ?? '');
}

/** Returns whether an operation that failed with this error should be retried, and how. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof StoreError || isMistake(error)) return 'final';
  if (error instanceof GaveWay) return 'collision';
  const state = sqlStateOf(error);
  const code = codeOf(error) ?? '';
  if (state === undefined) return code === NO_TLS || DISTRUST.test(code) ? 'final' : 'lost';
  if (state.startsWith('08') || LOSSES.has(state)) return 'lost';
  return COLLISIONS.has(state) ? 'collision' : 'final';
}

/** Returns whether the error is a caller's mistake or a bug, not a failure of the server. */
export function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError;
}

/** Returns whether the server rejected a write because it is a standby or read-only. */
export function refusesWrites(error: unknown): boolean {
  return sqlStateOf(error) === '25006';
}

/** @param where the hosts and ports, for the message */
export function toStoreError(error: unknown, where: string): StoreError {
  if (error instanceof StoreError) return error;
  const [code, sentence] = SAYINGS.get(codeOf(error)) ?? ['backend_gone', unavailable(error)];
  return new StoreError(code, `PostgreSQL at ${where} ${sentence}.`, { cause: error });
}

function unavailable(error: unknown): string {
  if (error instanceof TakesNoWrites)
    return 'does not accept writes: every reachable server is a standby or read-only';
  const state = sqlStateOf(error);
  if (state?.startsWith('28') === true)
    return `rejected the login (SQLSTATE ${state}). Check user, password and pg_hba.conf`;
  const trouble = troubleOf(error);
  if (trouble === 'collision')
    return `had too many conflicting transactions (${state ?? 'yielded to another'}). Try again`;
  if (state !== undefined) return `cannot do this (SQLSTATE ${state})`;
  const code = codeOf(error);
  return trouble === 'final'
    ? `presented an untrusted certificate (${code}). Set sslrootcert in the URL to its authority`
    : `does not answer (${code ?? 'connection closed'})`;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
