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

/** Codes of node:tls for an untrusted certificate. */
const DISTRUST = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

type Saying = readonly [code: StoreErrorCode, sentence: string];

const FOREIGN: Saying = [
  'not_a_store',
  'has unexpected tables in this schema. Use a separate database or schema for the store',
];
const FORBIDDEN: Saying = [
  'read_only',
  'does not let this user write. Grant the rights, or connect as the owner',
];
const WITHOUT_TLS: Saying = [
  'backend_gone',
  'does not accept TLS. Enable it there, or add sslmode=disable to the URL if you trust the network in between',
];
const MISSING: Saying = ['not_a_store', 'has no such database or schema. Create it first'];
const DAMAGED: Saying = ['damaged', 'reports damaged files. Restore a backup'];

const SAYINGS = new Map<string, Saying>([
  ['25006', ['read_only', 'does not accept writes: it is a standby or read-only']],
  ['42501', FORBIDDEN],
  ['53100', ['full', 'has no space left. Nothing was changed. Free some space and try again']],
  ['3D000', MISSING],
  ['3F000', MISSING],
  ['42703', FOREIGN],
  ['42804', FOREIGN],
  ['42883', FOREIGN],
  ['42P01', FOREIGN],
  ['42P10', FOREIGN],
  [
    '08P01',
    [
      'backend_gone',
      'refuses the connection (SQLSTATE 08P01). A pooler does this when it cannot reach its server, or does not know the database, the user or a setting in options',
    ],
  ],
  ['XX001', DAMAGED],
  ['XX002', DAMAGED],
]);

/** The driver's errors about servers that do not accept TLS. */
const offersNoTls = new WeakSet<Error>();

/** Marks an error of the driver, which has no code for it. */
export function markWithoutTls(error: Error): void {
  offersNoTls.add(error);
}

/** Returns whether the connection failed because the server does not accept TLS. */
function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && offersNoTls.has(error);
}

/** Returns the SQLSTATE of a server's answer; `undefined` when the error did not come from a server. */
export function sqlStateOf(error: unknown): string | undefined {
  // The driver's class would load the driver. Only errors of a server have a severity.
  return error instanceof Error && 'severity' in error ? hostCodeOf(error) : undefined;
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
  if (state === undefined)
    return isWithoutTls(error) || DISTRUST.has(hostCodeOf(error) ?? '') ? 'final' : 'lost';
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
  const [code, sentence] = sayingOf(error);
  return new StoreError(code, `PostgreSQL at ${where} ${sentence}.`, { cause: error });
}

function sayingOf(error: unknown): Saying {
  if (error instanceof TakesNoWrites)
    return ['backend_gone', 'does not accept writes: every reachable server is a standby or read-only'];
  const state = sqlStateOf(error);
  const known = SAYINGS.get(state ?? '');
  if (known !== undefined) return known;
  if (state?.startsWith('28') === true)
    return ['backend_gone', `rejected the login (SQLSTATE ${state}). Check user, password and pg_hba.conf`];
  const trouble = troubleOf(error);
  if (trouble === 'collision')
    return [
      'backend_gone',
      `had too many conflicting transactions (${state ?? 'yielded to another'}). Try again`,
    ];
  if (state !== undefined) return ['backend_gone', `cannot do this (SQLSTATE ${state})`];
  if (isWithoutTls(error)) return WITHOUT_TLS;
  const hostCode = hostCodeOf(error);
  if (trouble === 'final')
    return [
      'backend_gone',
      `presented an untrusted certificate (${hostCode}). Set sslrootcert in the URL to its authority`,
    ];
  return ['backend_gone', `does not answer (${hostCode ?? 'connection closed'})`];
}

function hostCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
