/**
 * `store copy`: everything from one back end to another, while servers run on the first.
 *
 * A plain copy is one snapshot: whole, and as old as its beginning. A move loses nothing that is written meanwhile:
 *
 * 1. The snapshot is copied, then again and again what has changed since, until that is little or becomes no less.
 * 2. The ring of the old place says from now on that the store has moved: commits there are refused with `moved`.
 * 3. The last changes are copied, and the new place gets its ring.
 *
 * Cut short between 2 and 3, both places refuse to open; the same copy again, or one to elsewhere, ends it.
 */
import type { Backend, Row } from '../backend.ts';
import { compareBytes, equalBytes } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { Keyring, type Keys } from '../keys/keyring.ts';
import { digestOf, type Unlock } from '../keys/slot.ts';
import { afterGeneration, generationPrefix, slotKey } from '../layout.ts';
import { unlock } from '../open.ts';
import { HEADER_BYTES } from '../sealing/envelope.ts';
import type { Bad } from './check.ts';
import { contentOf, readSnapshot } from './snapshot.ts';
import { Staging } from './staging.ts';

export type CopyOptions = Unlock & {
  readonly from: Backend;
  readonly to: Backend;
  /** `move` ends the use of the old place, so that nothing is written there that the new one has not; default `copy`. */
  readonly mode?: 'copy' | 'move' | undefined;
  /** Also when something is there already. */
  readonly replace?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly records: number }) => void) | undefined;
};

export interface CopyReport {
  /** Records in the new place. */
  readonly records: number;
  /** Of these, written once more because they changed while the copy went on. */
  readonly followed: number;
  /** Records that do not open. They are left out. */
  readonly bad: readonly Bad[];
}

/** The old place is closed when so few records are left to follow, or when they hardly become fewer. */
const LITTLE = 100;
const PROGRESS = 1000;

/**
 * @throws StoreError `exists` when something is in the new place; `wrong_passphrase`; `conflict` when somebody else wrote to
 *   the new place. The old place is as it was then, and the new one too.
 */
export async function copyStore(options: CopyOptions): Promise<CopyReport> {
  const { from, to, mode = 'copy', replace = false, signal, onProgress } = options;
  const keyring = new Keyring(from, await unlock(from, options), mode === 'move' ? 'accepted' : 'refused');
  const staging = await Staging.begin(to, replace);
  let closed = false;
  try {
    const first = await copySnapshot(from, keyring, staging, options);
    if (mode === 'copy') {
      await staging.finish(first.keys.root, first.keys.ring, first.slots);
      onProgress?.({ records: first.records });
      return { records: first.records, followed: 0, bad: first.bad };
    }
    let followed = 0;
    for (let before = first.records, changes = before; changes > LITTLE; before = changes) {
      signal?.throwIfAborted();
      changes = (await follow(from, keyring, staging)).changes;
      followed += changes;
      if (changes >= before / 2) break;
    }
    if (keyring.keys.ring.state === 'in use') {
      await keyring.change(async () => ({ ring: { state: 'moved' } }));
      closed = true;
    }
    const last = await follow(from, keyring, staging);
    const { root, ring } = keyring.keys;
    await staging.finish(root, ring, await slotRows(from, keyring.keys));
    onProgress?.({ records: last.records });
    return { records: last.records, followed: followed + last.changes, bad: first.bad };
  } catch (error) {
    if (closed) await keyring.change(async () => ({ ring: { state: 'in use' } })).catch(() => {});
    await staging.abandon().catch(() => {});
    throw error;
  }
}

async function copySnapshot(
  from: Backend,
  keyring: Keyring,
  staging: Staging,
  { signal, onProgress }: CopyOptions,
) {
  const slots: Row[] = [];
  const bad: Bad[] = [];
  let keys = keyring.keys;
  let records = 0;
  for await (const finding of readSnapshot(from, keyring, signal)) {
    if (finding.kind === 'ring') keys = finding.keys;
    if (finding.kind === 'slot') slots.push(finding.row);
    if (finding.kind === 'bad') {
      const { what, place, problem } = finding;
      if (what === 'slot') throw damagedSlots();
      bad.push({ what, place, problem });
    }
    if (finding.kind !== 'record') continue;
    await staging.put(finding.row.key, finding.row.value);
    records += 1;
    if (records % PROGRESS === 0) onProgress?.({ records });
  }
  return { keys, slots, bad, records };
}

/** Copies what is another in the old place by now, and removes what is gone there. */
async function follow(from: Backend, keyring: Keyring, staging: Staging) {
  await keyring.reload();
  const { keys } = keyring;
  const changes: { readonly key: Uint8Array; readonly value: Uint8Array | undefined }[] = [];
  let records = 0;
  const old = from.scan({ prefix: generationPrefix(keys.ring.generation) });
  for await (const { source, copy } of pairs(old, staging.rows())) {
    if (source === undefined) changes.push({ key: copy.key, value: undefined });
    else if (copy !== undefined && sameRecord(source.value, copy.value)) records += 1;
    else if (contentOf(keys, source) instanceof Uint8Array) {
      changes.push(source);
      records += 1;
    } else if (copy !== undefined) records += 1;
  }
  for (const { key, value } of changes) await staging.put(key, value);
  await staging.flush();
  return { changes: changes.length, records };
}

type Pair =
  | { readonly source: Row; readonly copy: Row | undefined }
  | { readonly source: undefined; readonly copy: Row };

/** Two scans side by side, in the order of keys; what belongs to the same record comes together. */
async function* pairs(sources: AsyncIterable<Row>, copies: AsyncIterable<Row>): AsyncGenerator<Pair> {
  const copied = copies[Symbol.asyncIterator]();
  try {
    let next = await copied.next();
    for await (const source of sources) {
      for (; next.done !== true && compareRecords(next.value, source) < 0; next = await copied.next())
        yield { source: undefined, copy: next.value };
      if (next.done !== true && compareRecords(next.value, source) === 0) {
        yield { source, copy: next.value };
        next = await copied.next();
      } else yield { source, copy: undefined };
    }
    for (; next.done !== true; next = await copied.next()) yield { source: undefined, copy: next.value };
  } finally {
    await copied.return?.();
  }
}

function compareRecords(a: Row, b: Row): number {
  return compareBytes(afterGeneration(a.key), afterGeneration(b.key));
}

/** The header holds a nonce that no other sealing has. */
function sameRecord(a: Uint8Array, b: Uint8Array): boolean {
  return equalBytes(a.subarray(0, HEADER_BYTES), b.subarray(0, HEADER_BYTES));
}

async function slotRows(from: Backend, { ring }: Keys): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { slot, digest } of ring.slots) {
    const key = slotKey(slot);
    const value = await from.read(key);
    if (value === undefined || !equalBytes(digestOf(value), digest)) throw damagedSlots();
    rows.push({ key, value });
  }
  return rows;
}

function damagedSlots(): StoreError {
  return new StoreError(
    'damaged',
    'A slot of this store was damaged or tampered with. Remove it before copying.',
  );
}
