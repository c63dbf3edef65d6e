/** Reads and examines every row of one snapshot: the basis of check, backup and copy. */
import type { Row } from '../backend.ts';
import { equalBytes, hexOf, startsWith } from '../bytes.ts';
import { busyRing, type Keyring, removedStore } from '../keys/keyring.ts';
import { type Keys, keysOf } from '../keys/keys.ts';
import { digestOf } from '../keys/slot.ts';
import {
  followerKey,
  isFollowerKey,
  isRecordKey,
  isSlotKey,
  RING_KEY,
  recordKey,
  STAGING_KEY,
  slotOf,
} from '../layout.ts';
import { openRow, type Unopened } from '../records/row.ts';
import { Progress, type ProgressOptions } from './progress.ts';

/** Why a row is reported as bad. */
export type Problem =
  /**
   * `does not open`: a record that was altered, moved, truncated or forged. `unknown key`: sealed with a key that is
   * not in the ring; the ring was rolled back, or the number forged.
   */
  | Unopened
  /** A slot that does not match the ring: altered, rolled back, or added without the root key. */
  | 'not as the ring says'
  /** A slot of the ring that is missing. */
  | 'missing'
  /** A row that does not belong to a store. */
  | 'foreign';

/** A damaged or unexpected row. */
export interface Bad {
  readonly what: 'record' | 'slot' | 'row';
  /** The key in the back end as hex digits, or the number of a slot. */
  readonly place: string;
  readonly problem: Problem;
}

export type Finding =
  | { readonly kind: 'ring'; readonly keys: Keys; readonly row: Row }
  /**
   * `follower`: a root key for a running process; useless outside this store. `leftover`: belongs to an unfinished
   * restore, or to the state before one.
   */
  | { readonly kind: 'slot' | 'record' | 'follower' | 'leftover'; readonly row: Row }
  | { readonly kind: 'bad'; readonly bad: Bad };

/** The result of `store.check`. */
export interface CheckReport {
  /** The number of records that opened. */
  readonly records: number;
  readonly slots: number;
  /** Everything damaged or unexpected. */
  readonly bad: readonly Bad[];
  /** Rows of an unfinished restore, or of the state before a restore. They are harmless. */
  readonly leftovers: number;
}

/** Checks every record and slot; see `Store.check`. */
export async function check(keyring: Keyring, options: ProgressOptions): Promise<CheckReport> {
  const progress = new Progress(options);
  const bad: Bad[] = [];
  let slots = 0;
  let leftovers = 0;
  for await (const finding of readSnapshot(keyring, options.signal)) {
    if (finding.kind === 'bad') bad.push(finding.bad);
    if (finding.kind === 'slot') slots += 1;
    if (finding.kind === 'leftover') leftovers += 1;
    if (finding.kind === 'record') progress.add();
  }
  progress.end();
  return { records: progress.records, slots, bad, leftovers };
}

const ATTEMPTS = 4;

/** Yields a finding for every row. The ring comes first, since its key sorts first. Throws as `Keyring.reload`. */
export async function* readSnapshot(
  keyring: Keyring,
  signal: AbortSignal | undefined,
): AsyncGenerator<Finding, void, undefined> {
  for (let attempt = 1; ; attempt += 1) {
    await keyring.reload();
    const seen = new Set<number>();
    let keys: Keys | undefined;
    for await (const row of keyring.backend.scan({ prefix: new Uint8Array(0) })) {
      if (keys === undefined) {
        if (!equalBytes(row.key, RING_KEY)) throw removedStore();
        keys = keysOf(keyring.keys, row.value);
        // The root key was replaced between the reload and the snapshot.
        if (keys === undefined) break;
        yield { kind: 'ring', keys, row };
        continue;
      }
      signal?.throwIfAborted();
      if (isSlotKey(row.key)) seen.add(slotOf(row.key));
      yield examine(keys, row);
    }
    if (keys === undefined) {
      if (attempt === ATTEMPTS) throw busyRing();
      continue;
    }
    for (const { slot } of keys.ring.slots) if (!seen.has(slot)) yield bad('slot', String(slot), 'missing');
    return;
  }
}

function examine(keys: Keys, row: Row): Finding {
  const { ring } = keys;
  const { key } = row;
  if (isSlotKey(key)) {
    const number = slotOf(key);
    const entry = ring.slots.find(({ slot }) => slot === number);
    if (entry !== undefined && equalBytes(entry.digest, digestOf(row.value))) return { kind: 'slot', row };
    return bad('slot', String(number), 'not as the ring says');
  }
  if (equalBytes(key, STAGING_KEY)) return { kind: 'leftover', row };
  if (isFollowerKey(key)) {
    const listed = ring.followers.some(({ id }) => equalBytes(followerKey(id), key));
    return { kind: listed ? 'follower' : 'leftover', row };
  }
  if (!isRecordKey(key)) return bad('row', hexOf(key), 'foreign');
  if (!startsWith(key, recordKey(ring.generation))) return { kind: 'leftover', row };
  // Its place is not checked against its id: the place is authenticated.
  const record = openRow(keys, row);
  return typeof record === 'string' ? bad('record', hexOf(key), record) : { kind: 'record', row };
}

function bad(what: Bad['what'], place: string, problem: Problem): Finding {
  return { kind: 'bad', bad: { what, place, problem } };
}
