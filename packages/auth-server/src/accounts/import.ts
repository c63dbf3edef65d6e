/**
 * Taking users over from another system. Nothing is written until every row is taken, renamed or deliberately left:
 *
 * 1. The file is read into rows and problems (`legacy-file.ts`, `json-lines-file.ts`).
 * 2. `planImport` counts rows that repeat each other as one, gives each user a name here and sets aside what cannot be
 *    taken as it is.
 * 3. `runImport` inserts the accounts, each with its audit event. The same import run again finds what is already
 *    there and goes on.
 *
 * An imported account keeps its verifier and TOTP secret, so the old password and the phone go on working; after the
 * first login the client renews the credential.
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

/** What the weakest systems in use have; anything shorter was cut on the way. */
const MIN_SECRET_BYTES = 10;

export interface PlannedAccount {
  readonly line: number;
  readonly name: string;
  readonly account: Account;
  /** Fewer than 128 bits of TOTP secret: works, and its owner is asked to renew it. */
  readonly weakSecret: boolean;
}

export interface ImportPlan {
  readonly take: readonly PlannedAccount[];
  /** Rows whose account is there already, from an earlier run. */
  readonly already: readonly { readonly line: number; readonly name: string }[];
  /** Rows that say in every field what an earlier one says: one user. */
  readonly repeated: readonly RepeatedRow[];
  readonly unresolved: readonly RowProblem[];
  /** Renames that fit no row, or more than one. */
  readonly unmatched: readonly UnmatchedRename[];
}

export interface RepeatedRow {
  readonly line: number;
  readonly name: string;
  /** The line of the row that counts. */
  readonly first: number;
}

export interface ImportOutcome {
  readonly made: readonly PlannedAccount[];
  /** Rows whose name somebody took after the plan was made. */
  readonly overtaken: readonly RowProblem[];
  /** How many rows it did not come to before `signal` was aborted. */
  readonly left: number;
}

/**
 * `renames` maps the other system's names, or `LINE:NAME`, to names here; `now` in unix seconds. Rejects once `signal` is
 * aborted.
 */
export async function planImport(options: {
  rows: readonly (ImportRow | RowProblem)[];
  renames?: ReadonlyMap<string, string>;
  accounts: Accounts;
  now: number;
  signal?: AbortSignal;
}): Promise<ImportPlan> {
  const { rows, renames = new Map(), accounts, now, signal } = options;
  const { distinct, repeated } = withoutRepeats(rows);
  const { byLine, unmatched } = matchRenames(distinct, renames);
  const named = distinct.map((row) => (isProblem(row) ? row : nameRow(row, byLine.get(row.line))));
  const count = new Map<string, number>();
  for (const row of named) if (!isProblem(row)) count.set(row.username, (count.get(row.username) ?? 0) + 1);

  const take: PlannedAccount[] = [];
  const already: { line: number; name: string }[] = [];
  const unresolved: RowProblem[] = [];
  for (const row of named) {
    await setImmediate(); // or a store that answers at once would keep signals from arriving
    signal?.throwIfAborted();
    if (isProblem(row)) {
      unresolved.push(row);
      continue;
    }
    const { line, name } = row;
    const planned = accountOf(row, accounts, now);
    if (isProblem(planned)) {
      unresolved.push(planned);
      continue;
    }
    const there = await accounts.find(row.username);
    if (there && isSame(there, planned.account)) already.push({ line, name });
    else if (there) unresolved.push({ line, name, problem: 'name_taken' });
    else if ((count.get(row.username) ?? 0) > 1) unresolved.push({ line, name, problem: 'same_name' });
    else take.push(planned);
  }
  return { take, already, repeated, unresolved, unmatched };
}

/** Inserts what the plan takes, one durable commit an account. Once `signal` is aborted it begins no further one. */
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
  return { line, name, account, weakSecret: secret.weak };
}

/** As srp-core and the wire take it: nobody could log in to an account with any other. */
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
