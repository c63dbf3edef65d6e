/**
 * `store copy`: copies a store from one back end to another, while servers use the first. A plain copy is one
 * snapshot. A move also includes everything written meanwhile:
 *
 * 1. The snapshot is copied. Then changes are copied repeatedly, until few remain or their number stops
 *    falling.
 * 2. The ring of the source is marked as moved: commits there now fail with `moved`.
 * 3. The last changes are copied, and the destination gets its ring.
 *
 * If a move is interrupted between 2 and 3, neither place opens. Repeating the copy, to the same or another
 * destination, completes it.
 */
import type { Backend, Put, Row } from '../backend.ts';
import { compareBytes, equalBytes } from '../bytes.ts';
import { Keyring } from '../keys/keyring.ts';
import { readSlot } from '../keys/root.ts';
import { damagedSlot, type Unlock } from '../keys/slot.ts';
import { recordKey, tagsOf } from '../layout.ts';
import { unlock } from '../open.ts';
import { openRow } from '../records/row.ts';
import { HEADER_BYTES } from '../sealing/envelope.ts';
import { Progress, type ProgressOptions } from './progress.ts';
import { type Bad, readSnapshot } from './snapshot.ts';
import { Staging } from './staging.ts';

/** Options of `copyStore`. */
export type CopyOptions = Unlock &
  ProgressOptions & {
    readonly from: Backend;
    readonly to: Backend;
    /** `move` stops the use of the source, so that no write is lost; default `copy`. */
    readonly mode?: 'copy' | 'move' | undefined;
    /** Allow the destination to be overwritten. */
    readonly replace?: boolean | undefined;
  };

/** What was copied. */
export interface CopyReport {
  /** The number of records in the destination. */
  readonly records: number;
  /** Of these, records written again because they changed during the copy. */
  readonly followed: number;
  /** Records that do not open. They are left out. */
  readonly bad: readonly Bad[];
}

/** The source is closed when this few changes remain, or when their number hardly falls. */
const LITTLE = 100;

/**
 * Copies or moves a store. If it fails, source and destination keep their data.
 *
 * @throws {StoreError} exists if the destination is not empty and `replace` is not set
 * @throws {StoreError} wrong_passphrase
 * @throws {StoreError} conflict if another process wrote to the destination
 */
export async function copyStore(options: CopyOptions): Promise<CopyReport> {
  const { from, to, mode = 'copy', replace = false } = options;
  const progress = new Progress(options);
  const keyring = new Keyring(from, await unlock(from, options), mode === 'move' ? 'accepted' : 'refused');
  const staging = await Staging.begin(to, replace);
  let closed = false;
  try {
    const first = await copySnapshot(keyring, staging, progress, options.signal);
    if (mode === 'copy') {
      await staging.finish(first.keys.root, first.keys.ring, first.slots);
      progress.end();
      return { records: progress.records, followed: 0, bad: first.bad };
    }
    let followed = 0;
    for (let before = progress.records, changes = before; changes > LITTLE; before = changes) {
      options.signal?.throwIfAborted();
      changes = (await follow(keyring, staging)).changes;
      followed += changes;
      if (changes >= before / 2) break;
    }
    if (keyring.keys.ring.state === 'in use') {
      await keyring.change(async () => ({ ring: { state: 'moved' } }));
      closed = true;
    }
    const last = await follow(keyring, staging);
    const { root, ring } = keyring.keys;
    const slots = await Promise.all(ring.slots.map((entry) => readSlot(from, entry)));
    await staging.finish(root, ring, slots);
    progress.end(last.records);
    return { records: last.records, followed: followed + last.changes, bad: first.bad };
  } catch (error) {
    if (closed) await keyring.change(async () => ({ ring: { state: 'in use' } })).catch(() => {});
    await staging.abandon().catch(() => {});
    throw error;
  }
}

async function copySnapshot(
  keyring: Keyring,
  staging: Staging,
  progress: Progress,
  signal: AbortSignal | undefined,
) {
  const slots: Row[] = [];
  const bad: Bad[] = [];
  let keys = keyring.keys;
  for await (const finding of readSnapshot(keyring, signal)) {
    if (finding.kind === 'ring') keys = finding.keys;
    if (finding.kind === 'slot') slots.push(finding.row);
    if (finding.kind === 'bad') {
      if (finding.bad.what === 'slot') throw damagedSlot(Number(finding.bad.place));
      bad.push(finding.bad);
    }
    if (finding.kind !== 'record') continue;
    await staging.put(finding.row.key, finding.row.value);
    progress.add();
  }
  return { keys, slots, bad };
}

/** Copies what has changed in the source since, and removes what was deleted there. */
async function follow(keyring: Keyring, staging: Staging) {
  await keyring.reload();
  const { keys, backend } = keyring;
  const changes: Put[] = [];
  let records = 0;
  const old = backend.scan({ prefix: recordKey(keys.ring.generation) });
  for await (const [source, copy] of pairs(old, staging.rows())) {
    if (source !== undefined) {
      const isSame = copy !== undefined && sameRecord(source.value, copy.value);
      // A record that does not open keeps its earlier copy.
      const isChange = !isSame && typeof openRow(keys, source) === 'object';
      if (isChange) changes.push(source);
      if (isChange || copy !== undefined) records += 1;
    } else if (copy !== undefined) changes.push({ key: copy.key, value: undefined });
  }
  for (const { key, value } of changes) await staging.put(key, value);
  await staging.flush();
  return { changes: changes.length, records };
}

type Pair = readonly [source: Row | undefined, copy: Row | undefined];

/** Merges two scans in key order, pairing the rows of the same record. */
async function* pairs(sources: AsyncIterable<Row>, copies: AsyncGenerator<Row, void>): AsyncGenerator<Pair> {
  const next = async () => (await copies.next()).value ?? undefined;
  try {
    let copy = await next();
    for await (const source of sources) {
      for (; copy !== undefined && compareRecords(copy, source) < 0; copy = await next())
        yield [undefined, copy];
      const isPair = copy !== undefined && compareRecords(copy, source) === 0;
      yield [source, isPair ? copy : undefined];
      if (isPair) copy = await next();
    }
    for (; copy !== undefined; copy = await next()) yield [undefined, copy];
  } finally {
    await copies.return();
  }
}

function compareRecords(a: Row, b: Row): number {
  return compareBytes(tagsOf(a.key), tagsOf(b.key));
}

/** Every sealing has a different nonce in its header. */
function sameRecord(a: Uint8Array, b: Uint8Array): boolean {
  return equalBytes(a.subarray(0, HEADER_BYTES), b.subarray(0, HEADER_BYTES));
}
