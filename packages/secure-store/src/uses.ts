/**
 * How often each data key has sealed something, for the bounds of RFC 8452 §9.
 *
 * Counting each use on disk would make every commit write twice. A process takes uses in advance instead, sixteen at first
 * and twice as many each time, and writes down what it took before it uses it: the number on disk is never too small.
 */

import { nextVersion } from './envelope.ts';
import { StoreError } from './errors.ts';
import type { CollectionNames } from './names.ts';
import type { FoundRecord, RecordChange } from './records.ts';
import { decodeValue, encodeValue } from './value.ts';

/** With records of at most 16 MiB under random nonces, the bound for an advantage of 2^-32 (RFC 8452 §9). */
export const MOST_USES = 2 ** 48;
const FIRST = 16;
const LARGEST = 65_536;

/** Reading and committing that is not counted itself. */
export interface UncountedRecords {
  read(names: CollectionNames, id: string): Promise<FoundRecord | undefined>;
  commitUncounted(changes: readonly RecordChange[]): Promise<'committed' | 'conflict'>;
}

export class UseCounter {
  readonly #records: UncountedRecords;
  readonly #names: CollectionNames;
  /** What is left of what was taken, of the key last used. */
  #key = 0;
  #left = 0;
  #next = FIRST;
  #taking: Promise<void> = Promise.resolve();

  constructor(records: UncountedRecords, names: CollectionNames) {
    this.#records = records;
    this.#names = names;
  }

  /** Before `uses` records are sealed with this key. */
  async take(key: number, uses: number): Promise<void> {
    while (this.#key !== key || this.#left < uses) {
      this.#taking = this.#taking.catch(() => {}).then(() => this.#takeMore(key, uses));
      await this.#taking;
    }
    this.#left -= uses;
  }

  async #takeMore(key: number, uses: number): Promise<void> {
    if (this.#key === key && this.#left >= uses) return;
    // One more for the record that says so.
    const taken = Math.max(this.#next, uses) + 1;
    await this.#add(key, taken);
    if (this.#key !== key) this.#left = 0;
    this.#key = key;
    this.#left += taken - 1;
    this.#next = Math.min(this.#next * 2, LARGEST);
  }

  async #add(key: number, taken: number): Promise<void> {
    for (;;) {
      const counts = await this.#countsOf(key);
      const last = counts.at(-1);
      const fresh = last === undefined || last.found === 'damaged';
      const id = fresh ? idOf(key, counts.length) : last.id;
      const found = fresh ? undefined : last.found;
      const value = encodeValue(usesIn(found) + taken);
      const record = this.#names.recordTag(id);
      const outcome = await this.#records.commitUncounted([
        {
          names: this.#names,
          record,
          id,
          expected: found?.version,
          version: nextVersion(found?.version),
          effect: { action: 'put', value },
        },
      ]);
      if (outcome === 'committed') return;
    }
  }

  /** At most so many uses of this key, by all processes together. */
  async count(key: number): Promise<number> {
    const counts = await this.#countsOf(key);
    return counts.reduce((sum, { found }) => sum + (found === 'damaged' ? 0 : usesIn(found)), 0);
  }

  /** A count that was damaged keeps nobody from writing: the next begins beside it. */
  async #countsOf(key: number) {
    const counts: { readonly id: string; readonly found: FoundRecord | 'damaged' }[] = [];
    for (;;) {
      const id = idOf(key, counts.length);
      const found = await this.#read(id);
      if (found === undefined) return counts;
      counts.push({ id, found });
      if (found !== 'damaged') return counts;
    }
  }

  async #read(id: string): Promise<FoundRecord | 'damaged' | undefined> {
    try {
      return await this.#records.read(this.#names, id);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'damaged') return 'damaged';
      throw error;
    }
  }
}

function idOf(key: number, count: number): string {
  return count === 0 ? String(key) : `${key} after ${count} damaged`;
}

function usesIn(found: FoundRecord | undefined): number {
  return found === undefined ? 0 : Number(decodeValue(found.value));
}
