/**
 * Imports users of another system. Nothing is written until every row is accepted, renamed or deliberately left out. An
 * import can be run again, and continues where it stopped.
 *
 * An imported account keeps its verifier and TOTP secret, so the old password and the authenticator app still work. After
 * the first login the client renews the credential.
 */
import { setImmediate } from 'node:timers/promises';
import {
  CURRENT_SUITE,
  findSuite,
  MAX_NAME_LENGTH,
  MAX_SALT_BYTES,
  prepareUsername,
} from '@countersign/srp-core';
import { TotpError, TotpSecret } from '@countersign/totp-core';
import { AuthError } from '../errors.ts';
import { type Account, isVerifier, toText } from './account.ts';
import type { Accounts } from './accounts.ts';
import { matchRenames, type UnmatchedRename } from './import-rename.ts';
import { type ImportRow, isProblem, type RowProblem } from './import-row.ts';

/** The weakest systems in use have this many; a shorter secret was truncated. */
const MIN_SECRET_BYTES = 10;

/** A row of the file, with the name in the other system. */
interface Row {
  readonly line: number;
  readonly name: string;
}

/** An account to be imported. */
export interface PlannedAccount extends Row {
  readonly account: Account;
}

/** What an import will do, and what it cannot. */
export interface ImportPlan {
  readonly take: readonly PlannedAccount[];
  /** Rows whose account was imported by an earlier run. */
  readonly already: readonly Row[];
  /** Rows that are equal to an earlier one. */
  readonly repeated: readonly RepeatedRow[];
  readonly unresolved: readonly RowProblem[];
  /** Renames that fit no row or several. */
  readonly unmatched: readonly UnmatchedRename[];
}

/** A row that is equal to an earlier one. */
export interface RepeatedRow extends Row {
  /** The line of the first of the equal rows. */
  readonly first: number;
}

/** What an import has done. */
export interface ImportOutcome {
  readonly made: readonly PlannedAccount[];
  /** Rows whose name was registered after the plan was made. */
  readonly overtaken: readonly RowProblem[];
  /** The number of rows that were not reached before `signal` was aborted. */
  readonly left: number;
}

/**
 * Plans an import. Counts repeated rows once, and writes nothing.
 * @param options `renames`: new names by the old name, or by `LINE:NAME`. `now`: Unix seconds
 * @throws the reason of `signal`
 */
export async function planImport(options: {
  rows: readonly (ImportRow | RowProblem)[];
  renames?: ReadonlyMap<string, string> | undefined;
  accounts: Accounts;
  now: number;
  signal?: AbortSignal | undefined;
}): Promise<ImportPlan> {
  const { rows, renames = new Map(), accounts, now, signal } = options;
  const { distinct, repeated } = withoutRepeats(rows);
  const { byLine, unmatched } = matchRenames(distinct, renames);
  const named = distinct.map((row) => (isProblem(row) ? row : nameRow(row, byLine.get(row.line))));
  const count = new Map<string, number>();
  for (const row of named) if (!isProblem(row)) count.set(row.username, (count.get(row.username) ?? 0) + 1);

  const take: PlannedAccount[] = [];
  const already: Row[] = [];
  const unresolved: RowProblem[] = [];
  for (const row of named) {
    await setImmediate(); // lets signals arrive if the store answers at once
    signal?.throwIfAborted();
    const { line, name } = row;
    const planned = isProblem(row) ? row : accountOf(row, accounts, now);
    if (isProblem(planned)) {
      unresolved.push(planned);
      continue;
    }
    const { username } = planned.account;
    const there = await accounts.find(username);
    if (there && isSame(there, planned.account)) already.push({ line, name });
    else if (there) unresolved.push({ line, name, problem: 'name_taken' });
    else if ((count.get(username) ?? 0) > 1) unresolved.push({ line, name, problem: 'same_name' });
    else take.push(planned);
  }
  return { take, already, repeated, unresolved, unmatched };
}

/** Inserts the planned accounts, each in a durable commit, until `signal` is aborted. */
export async function runImport(
  accounts: Accounts,
  plan: ImportPlan,
  { signal }: { signal?: AbortSignal } = {},
): Promise<ImportOutcome> {
  const made: PlannedAccount[] = [];
  const overtaken: RowProblem[] = [];
  for (const planned of plan.take) {
    if (signal?.aborted) break;
    const { line, name, account } = planned;
    const detail = account.credential.suite;
    try {
      await accounts.insert(account, { kind: 'account.imported', username: account.username, detail });
      made.push(planned);
    } catch (error) {
      if (!(error instanceof AuthError && error.code === 'name_taken')) throw error;
      overtaken.push({ line, name, problem: 'name_taken' });
    }
  }
  return { made, overtaken, left: plan.take.length - made.length - overtaken.length };
}

function withoutRepeats(rows: readonly (ImportRow | RowProblem)[]): {
  distinct: readonly (ImportRow | RowProblem)[];
  repeated: readonly RepeatedRow[];
} {
  const firsts = new Map<string, number>();
  const repeated: RepeatedRow[] = [];
  const distinct = rows.filter((row) => {
    if (isProblem(row)) return true;
    const { line, name, salt, verifier, ...rest } = row;
    const content = JSON.stringify([name, toText(salt), toText(verifier), rest]);
    const first = firsts.get(content);
    if (first === undefined) firsts.set(content, line);
    else repeated.push({ line, name, first });
    return first === undefined;
  });
  return { distinct, repeated };
}

type NamedRow = ImportRow & { readonly username: string };

function nameRow(row: ImportRow, renamed: string | undefined): NamedRow | RowProblem {
  const { line, name } = row;
  const prepared = prepareUsername(renamed ?? row.name);
  if (prepared.ok) return { ...row, username: prepared.username };
  return { line, name, problem: renamed === undefined ? 'bad_name' : 'bad_rename' };
}

function accountOf(row: NamedRow, accounts: Accounts, now: number): PlannedAccount | RowProblem {
  const { line, name, username, identity, suite: suiteName } = row;
  const suite = findSuite(suiteName);
  if (!suite || suite === CURRENT_SUITE) return { line, name, problem: 'unknown_suite' };
  if (!isIdentity(identity)) return { line, name, problem: 'bad_identity' };
  if (row.salt.length > MAX_SALT_BYTES) return { line, name, problem: 'bad_salt' };
  const verifier = padded(row.verifier, suite.group.bytes);
  if (!verifier || !isVerifier(suite, verifier)) return { line, name, problem: 'bad_verifier' };
  const secret = readSecret(row.totp.secret);
  if (!secret) return { line, name, problem: 'bad_secret' };
  const { algorithm, digits, period } = row.totp;
  const account = accounts.newAccount({
    username,
    credential: {
      suite: suite.name,
      identity,
      stretch: { name: 'none' },
      salt: toText(row.salt),
      verifier: toText(verifier),
    },
    totp: { secret: toText(secret.bytes), algorithm, digits, period, lastStep: 0, weak: secret.weak },
    recovery: [],
    roles: row.roles,
    now,
  });
  return { line, name, account };
}

/** Returns whether srp-core and the wire accept this identity. A login to an account with any other would fail. */
function isIdentity(text: string): boolean {
  return text !== '' && text.length <= MAX_NAME_LENGTH && !/\p{Surrogate}/u.test(text);
}

function padded(bytes: Uint8Array, length: number): Uint8Array | undefined {
  const start = bytes.findIndex((byte) => byte !== 0);
  const minimal = start < 0 ? new Uint8Array() : bytes.subarray(start);
  if (minimal.length > length) return undefined;
  const result = new Uint8Array(length);
  result.set(minimal, length - minimal.length);
  return result;
}

function readSecret(text: string): TotpSecret | undefined {
  try {
    const secret = TotpSecret.fromBase32(text, { imported: true });
    return secret.bytes.length < MIN_SECRET_BYTES ? undefined : secret;
  } catch (error) {
    if (error instanceof TotpError || error instanceof TypeError || error instanceof RangeError)
      return undefined;
    throw error;
  }
}

function isSame(there: Account, planned: Account): boolean {
  const { credential } = planned;
  return there.credential.salt === credential.salt && there.credential.verifier === credential.verifier;
}
