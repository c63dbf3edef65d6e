/**
 * Sealed records between collections and a back end: their keys, how they are opened, and commits that are
 * conditional on the key ring.
 */
import type { Backend, Batch, Check, Put } from '../backend.ts';
import { equalBytes } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { busyRing, type Keyring, type Keys, RING_ATTEMPTS } from '../keys/keyring.ts';
import { collectionPrefix, recordKey, TAG_BYTES } from '../layout.ts';
import {
  openRecord,
  packContent,
  readHeader,
  sealRecord,
  startOf,
  unpackContent,
} from '../sealing/envelope.ts';
import type { CollectionNames } from './names.ts';

export interface FoundRecord {
  readonly id: string;
  readonly version: bigint;
  readonly value: Uint8Array;
}

/** The tag and content of a record; the content is `undefined` when the record does not open. */
export interface PlacedRecord {
  readonly key: Uint8Array;
  readonly found: FoundRecord | undefined;
}

/** What a write expects of a record and does to it. */
export interface RecordChange {
  readonly names: CollectionNames;
  /** The tag of the id. */
  readonly record: Uint8Array;
  readonly id: string;
  /** `undefined`: the record must not exist. */
  readonly expected: bigint | undefined;
  readonly version: bigint;
  /** The new content, `undefined` to remove the record, or `unchanged` to check the expectation only. */
  readonly value: Uint8Array | undefined | 'unchanged';
}

/** Reads and commits sealed records. */
export class Records {
  readonly #backend: Backend;
  readonly #keyring: Keyring;

  constructor(backend: Backend, keyring: Keyring) {
    this.#backend = backend;
    this.#keyring = keyring;
  }

  /**
   * Reads and opens a record.
   *
   * @param unless the sealed bytes of a record that was opened before
   * @returns `undefined` when there is no record; `unchanged` when the stored bytes are `unless`
   * @throws {StoreError} damaged
   */
  async read(
    names: CollectionNames,
    id: string,
    unless?: Uint8Array,
  ): Promise<(FoundRecord & { readonly sealed: Uint8Array }) | 'unchanged' | undefined> {
    const tag = names.recordTag(id);
    for (;;) {
      const { keys } = this.#keyring;
      const key = recordKey(collectionPrefix(keys.ring.generation, names.tag), tag);
      const value = await this.#backend.read(key);
      if (value === undefined) return undefined;
      if (unless !== undefined && equalBytes(value, unless)) return 'unchanged';
      const found = openFound(keys, names, tag, value);
      if (typeof found === 'object') return { ...found, sealed: value };
      if (found === 'does not open' || !(await this.#keyring.isOutdated(keys))) throw damagedRecord(names);
    }
  }

  /** Returns up to `limit` records in the order of their tags, after the tag `after`. */
  async page(names: CollectionNames, after: Uint8Array | undefined, limit: number): Promise<PlacedRecord[]> {
    for (;;) {
      const { keys } = this.#keyring;
      const prefix = collectionPrefix(keys.ring.generation, names.tag);
      const start = after && recordKey(prefix, after);
      const page: PlacedRecord[] = [];
      let allKeys = true;
      for await (const { key, value } of this.#backend.scan({ prefix, after: start, limit })) {
        const found = openFound(keys, names, tagOf(key), value);
        if (found === 'unknown key') allKeys = false;
        page.push({ key, found: typeof found === 'object' ? found : undefined });
      }
      if (allKeys || !(await this.#keyring.isOutdated(keys))) return page;
    }
  }

  /** @throws {StoreError} conflict with the index of the change whose expectation did not hold */
  async commit(changes: readonly RecordChange[], durable: boolean): Promise<void> {
    for (let attempt = 0; attempt < RING_ATTEMPTS; attempt += 1) {
      const { keys } = this.#keyring;
      const { checks, writes } = sealChanges(keys, changes);
      const outcome = await this.#backend.commit({ checks: [keys.check, ...checks], writes, durable });
      if (outcome.committed) return;
      if (outcome.failed > 0)
        throw new StoreError('conflict', 'A record was changed by another writer meanwhile.', {
          write: outcome.failed - 1,
        });
      await this.#keyring.reload();
    }
    throw busyRing();
  }
}

export function tagOf(key: Uint8Array): Uint8Array {
  return key.subarray(-TAG_BYTES);
}

/**
 * Converts changes to checks and writes, for a commit that replaces the ring of these keys. They are sealed
 * with the key that was active so far. That is safe: they cannot be read before the ring is replaced, and
 * `reseal` treats them like all earlier records.
 *
 * @throws {RangeError} if two of the changes affect the same record
 */
export function sealChanges(keys: Keys, changes: readonly RecordChange[]): Pick<Batch, 'checks' | 'writes'> {
  refuseDoubles(changes);
  const sealed = changes.map((change) => sealChange(keys, change));
  return { checks: sealed.map(({ check }) => check), writes: sealed.flatMap(({ put }) => put ?? []) };
}

/** Two changes of one record in one commit would contradict each other. */
function refuseDoubles(changes: readonly RecordChange[]): void {
  if (changes.length < 2) return;
  const names = changes.map(({ names, record }) => String.fromCharCode(...names.tag, ...record));
  if (new Set(names).size < names.length)
    throw new RangeError('"writes" expected at most one change of each record');
}

function sealChange(
  keys: Keys,
  { names, record, id, expected, version, value }: RecordChange,
): { readonly check: Check; readonly put: Put | undefined } {
  const key = recordKey(collectionPrefix(keys.ring.generation, names.tag), record);
  const check = { key, starts: expected === undefined ? undefined : startOf(expected) };
  if (value === 'unchanged') return { check, put: undefined };
  if (value === undefined) return { check, put: { key, value } };
  const place = { storeId: keys.ring.storeId, collection: names.tag, record };
  const header = { version, keyNumber: keys.active };
  const sealed = sealRecord(keys.activeKey, header, place, packContent(id, value));
  return { check, put: { key, value: sealed } };
}

/** Opens a record. `unknown key` means that its key is not among these keys, which may be outdated. */
function openFound(
  keys: Keys,
  names: CollectionNames,
  record: Uint8Array,
  value: Uint8Array,
): FoundRecord | 'does not open' | 'unknown key' {
  const header = readHeader(value);
  if (header === undefined) return 'does not open';
  const key = keys.byNumber.get(header.keyNumber);
  if (key === undefined) return 'unknown key';
  const place = { storeId: keys.ring.storeId, collection: names.tag, record };
  const content = openRecord(key, value, place);
  const inside = content && unpackContent(content);
  if (inside === undefined) return 'does not open';
  return { ...inside, version: header.version };
}

export function damagedRecord({ name }: CollectionNames): StoreError {
  return new StoreError(
    'damaged',
    `A record in "${name}" was damaged, tampered with, or belongs elsewhere. "store check" lists all such records.`,
  );
}
