/**
 * A batch as statements of one READ COMMITTED transaction.
 *
 * 1. Keys are visited in order, whether checked or written, so that two batches can wait for each other but
 *    never deadlock.
 * 2. A check is a statement that touches exactly one row when it holds, and none when it does not. It takes a
 *    lock. An existing row is locked by UPDATE, DELETE or SELECT … FOR UPDATE, or by FOR SHARE when the batch
 *    only reads it (every commit reads the key ring). An absent key is locked by the unique index entry of an
 *    INSERT, which makes other inserts wait.
 * 3. The checks that touched no row have failed. All are evaluated under their locks, so they hold or fail at
 *    the same moment.
 * 4. A batch that only reads a key yields to a batch that has been waiting to change it (`turns.ts`).
 */
import type { Batch, CommitOutcome, Key, Put } from '../backend.ts';
import { compareBytes } from '../bytes.ts';
import type { Answer, Call } from './connections.ts';

const named = (name: string, text: string): Call => ({ name: `countersign_${name}`, text });

const STARTS = 'substring(value from 1 for octet_length(CAST($2 AS bytea))) = CAST($2 AS bytea)';
const TAKEN = 'SELECT 1 FROM @.countersign_turns WHERE key = $1 AND until > current_timestamp';
/** Returns 1 when the check holds; returns 2, and takes no lock, when another batch announced its turn. */
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

/** One statement of a batch. */
export interface Step extends Call {
  /** The index of the check that this step decides by its row count. */
  readonly check?: number | undefined;
}

/** All checks and the write of one key. */
interface Demand {
  readonly key: Key;
  readonly starts: { readonly check: number; readonly bytes: Uint8Array }[];
  /** The first check that the key is absent. */
  absent?: number | undefined;
  put?: Put | undefined;
}

/** Returns the statements of a batch in key order. */
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

/** Returns the outcome of a batch, or `give way` if another batch is waiting to change a key that this one reads. */
export function judge(steps: readonly Step[], answers: readonly Answer[]): CommitOutcome | 'give way' {
  const failed: number[] = [];
  for (const [i, { name, check }] of steps.entries()) {
    const answer = answers[i];
    if (name === SHARE.name && Number(answer?.rows[0]?.[0]) === 2) return 'give way';
    if (check !== undefined && answer?.rowCount !== 1) failed.push(check);
  }
  return failed.length === 0 ? { committed: true } : { committed: false, failed: Math.min(...failed) };
}

function stepsOfKey({ key, starts, absent, put }: Demand): Step[] {
  const [only] = starts;
  if (only !== undefined && starts.length === 1 && absent === undefined && put !== undefined) {
    const { check, bytes } = only;
    return put.value === undefined
      ? [{ ...TAKE, values: [key, bytes], check }]
      : [{ ...REPLACE, values: [key, bytes, put.value], check }];
  }
  const lock = put === undefined && absent === undefined ? SHARE : HOLD;
  const steps: Step[] = starts.map(({ check, bytes }) => ({ ...lock, values: [key, bytes], check }));
  if (absent !== undefined) {
    const value = put?.value ?? new Uint8Array(0);
    steps.push({ ...INSERT, values: [key, value], check: absent });
    // The key must stay absent. The row was inserted only to make others wait.
    if (put?.value === undefined) steps.push({ ...REMOVE, values: [key] });
  } else if (put?.value !== undefined) steps.push({ ...PUT, values: [key, put.value] });
  else if (put !== undefined) steps.push({ ...REMOVE, values: [key] });
  return steps;
}
