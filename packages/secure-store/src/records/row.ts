/** Records as rows of a back end, opened and sealed with the keys of a ring. */
import type { Row } from '../backend.ts';
import type { Keys } from '../keys/keys.ts';
import { tagsOf } from '../layout.ts';
import { openRecord, packContent, readHeader, sealRecord, unpackContent } from '../sealing/envelope.ts';

export interface FoundRecord {
  readonly id: string;
  readonly version: bigint;
  readonly value: Uint8Array;
}

/** Why a record was not opened. `unknown key`: its key is not among these keys, which may be outdated. */
export type Unopened = 'does not open' | 'unknown key';

export function openRow(keys: Keys, { key, value }: Row): FoundRecord | Unopened {
  const header = readHeader(value);
  if (header === undefined) return 'does not open';
  const dataKey = keys.byNumber.get(header.keyNumber);
  if (dataKey === undefined) return 'unknown key';
  const content = openRecord(dataKey, value, { storeId: keys.ring.storeId, tags: tagsOf(key) });
  const inside = content && unpackContent(content);
  return inside === undefined ? 'does not open' : { ...inside, version: header.version };
}

/** Seals a record with the active key. Returns the value of the row. */
export function sealRow(keys: Keys, key: Uint8Array, { id, version, value }: FoundRecord): Uint8Array {
  const header = { version, keyNumber: keys.active };
  const place = { storeId: keys.ring.storeId, tags: tagsOf(key) };
  return sealRecord(keys.activeKey, header, place, packContent(id, value));
}
