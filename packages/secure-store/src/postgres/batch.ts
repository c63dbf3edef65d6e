/**
 * A batch as statements of one READ COMMITTED transaction.
 *
 * 1. Keys go in order, whether checked or written, so that two batches wait for each other and never in a ring.
 * 2. A check is a statement that touches exactly one row when it holds and none when it does not. It locks: a row that is
 *    there by UPDATE, DELETE or SELECT … FOR UPDATE, by FOR SHARE when the batch only looks at it (all commits look at
 *    the key ring); a key that is not there by the unique entry of an INSERT, which others' inserts have to wait for.
 * 3. The checks that touched no row have failed. Each is judged under the locks, so all were true or false at once.
 * 4. Whoever would only look at a key gives way to one who has been waiting to change it (`turns.ts`).
 */
import type { Batch, Key, Put } from '../backend.ts';
import { compareBytes } from '../bytes.ts';
import type { Answer, Call } from './connections.ts';
import type { Statement } from './wording.ts';

const named = (name: string, text: string): Statement => ({ name: `countersign_${name}`, text });

const STARTS = 'substring(value from 1 for octet_length(CAST($2 AS bytea))) = CAST($2 AS bytea)';
const TAKEN = 'SELECT 1 FROM @.countersign_turns WHERE key = $1 AND until > current_timestamp';
/** Gives one row with 1 when the check holds, and one with 2, without a lock, when it is somebody's turn. */
const SHARE = named(
  'share',
  `SELECT 1 FROM (SELECT 1 FROM @.countersign_rows WHERE key = $1 AND ${STARTS} AND NOT EXISTS (${TAKEN}) FOR SHARE) AS held
    UNION ALL SELECT 2 WHERE EXISTS (${TAKEN})`,
);
const HOLD = named('hold', `SELECT 1 FROM @.countersign_rows WHERE key = $1 AND ${STARTS} FOR UPDATE`);
const REPLACE = named('replace', `UPDATE @.countersign_rows SET value = $3 WHERE key = $1 AND ${STARTS}`);
const TAKE = named('take', `DELETE FROM @.countersign_rows WHERE key = $1 AND ${STARTS}`);
const INSERT = named(
  'insert',
  'INSERT INTO @.countersign_rows (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING',
);
const PUT = named(
  'put',
  'INSERT INTO @.countersign_rows (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
);
const REMOVE = named('remove', 'DELETE FROM @.countersign_rows WHERE key = $1');

export interface Step {
  readonly call: Call;
  /** The index of the check that this step decides by the number of rows it touches. */
  readonly check?: number;
}

export type Verdict =
  | { readonly verdict: 'held' }
  /** `failed` is the index of the first check, in the order given, that did not hold. */
  | { readonly verdict: 'failed'; readonly failed: number }
  | { readonly verdict: 'give way' };

/** Everything that a batch asks of one key. */
interface Demand {
  readonly key: Key;
  readonly starts: { readonly check: number; readonly bytes: Uint8Array }[];
  /** The first check that nothing is there. */
  absent?: number;
  put?: Put;
}

export function stepsOf({ checks, writes }: Batch): Step[] {
  const demands = new Map<string, Demand>();
  const demandOf = (key: Key): Demand => {
    const name = Buffer.from(key).toString('latin1');
    const demand = demands.get(name) ?? { key, starts: [] };
    demands.set(name, demand);
    return demand;
  };
  for (const [check, { key, starts }] of checks.entries()) {
    const demand = demandOf(key);
    if (starts === undefined) demand.absent ??= check;
    else demand.starts.push({ check, bytes: starts });
  }
  for (const put of writes) demandOf(put.key).put = put;
  return [...demands.values()].sort((a, b) => compareBytes(a.key, b.key)).flatMap(stepsOfKey);
}

export function judge(steps: readonly Step[], answers: readonly Answer[]): Verdict {
  const failed: number[] = [];
  for (const [i, { call, check }] of steps.entries()) {
    const answer = answers[i];
    if (call.statement === SHARE && Number(answer?.rows[0]?.[0]) === 2) return { verdict: 'give way' };
    if (check !== undefined && answer?.rowCount !== 1) failed.push(check);
  }
  return failed.length === 0 ? { verdict: 'held' } : { verdict: 'failed', failed: Math.min(...failed) };
}

function stepsOfKey({ key, starts, absent, put }: Demand): Step[] {
  const [only] = starts;
  if (only !== undefined && starts.length === 1 && absent === undefined && put !== undefined) {
    const call: Call =
      put.value === undefined
        ? { statement: TAKE, values: [key, only.bytes] }
        : { statement: REPLACE, values: [key, only.bytes, put.value] };
    return [{ call, check: only.check }];
  }
  const lock = put === undefined && absent === undefined ? SHARE : HOLD;
  const steps: Step[] = starts.map(({ check, bytes }) => ({
    call: { statement: lock, values: [key, bytes] },
    check,
  }));
  if (absent !== undefined) {
    const value = put?.value ?? new Uint8Array(0);
    steps.push({ call: { statement: INSERT, values: [key, value] }, check: absent });
    // Nothing is to stay there: the row was for others to wait for.
    if (put?.value === undefined) steps.push({ call: { statement: REMOVE, values: [key] } });
  } else if (put !== undefined) {
    steps.push({
      call:
        put.value === undefined
          ? { statement: REMOVE, values: [key] }
          : { statement: PUT, values: [key, put.value] },
    });
  }
  return steps;
}
