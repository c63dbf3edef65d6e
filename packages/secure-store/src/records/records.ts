/** Reads sealed records: their keys, and how they are opened. */
import { equalBytes } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import { recordKey, tagOf } from '../layout.ts';
import type { CollectionNames } from './names.ts';
import { type FoundRecord, openRow, type Unopened } from './row.ts';

/**
 * Reads and opens a record.
 *
 * @param unless the sealed bytes of a record that was opened before
 * @returns `undefined` when there is no record; `unchanged` when the stored bytes are `unless`
 * @throws {StoreError} damaged
 */
export async function readRecord(
  keyring: Keyring,
  names: CollectionNames,
  id: string,
  unless?: Uint8Array,
): Promise<(FoundRecord & { readonly sealed: Uint8Array }) | 'unchanged' | undefined> {
  const tag = names.recordTag(id);
  for (;;) {
    const { keys } = keyring;
    const key = recordKey(keys.ring.generation, names.tag, tag);
    const value = await keyring.backend.read(key);
    if (value === undefined) return undefined;
    if (unless !== undefined && equalBytes(value, unless)) return 'unchanged';
    const found = openRow(keys, { key, value });
    if (typeof found === 'object') return { ...found, sealed: value };
    if (found === 'does not open' || !(await keyring.isOutdated(keys))) throw damagedRecord(names);
  }
}

/** The key of a record, and its content or why it does not open. */
export interface PlacedRecord {
  readonly key: Uint8Array;
  readonly found: FoundRecord | Unopened;
}

/** Returns up to `limit` records in the order of their tags, after the key `after`. */
export async function readPage(
  keyring: Keyring,
  { tag }: CollectionNames,
  after: Uint8Array | undefined,
  limit: number,
): Promise<PlacedRecord[]> {
  for (;;) {
    const { keys } = keyring;
    const { generation } = keys.ring;
    const range = {
      prefix: recordKey(generation, tag),
      // A restore may have changed the generation since the page before.
      after: after && recordKey(generation, tag, tagOf(after)),
      limit,
    };
    const page: PlacedRecord[] = [];
    for await (const row of keyring.backend.scan(range))
      page.push({ key: row.key, found: openRow(keys, row) });
    const allKeys = page.every(({ found }) => found !== 'unknown key');
    if (allKeys || !(await keyring.isOutdated(keys))) return page;
  }
}

export function damagedRecord({ name }: CollectionNames): StoreError {
  return new StoreError(
    'damaged',
    `A record in "${name}" was damaged, tampered with, or belongs elsewhere. "store check" lists all such records.`,
  );
}
