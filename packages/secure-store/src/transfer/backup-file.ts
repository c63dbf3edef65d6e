/**
 * The format of a backup (docs/store-format.md, "A backup"). The MAC at its end detects a file that was truncated, is
 * missing rows, or was assembled from two.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Row } from '../backend.ts';
import { concatBytes, equalBytes, startsWith, uint32, uint64, utf8, viewOf } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import { derive } from '../keys/kdf.ts';
import { LARGEST_RECORD } from '../sealing/envelope.ts';

const MAGIC = utf8('CSBK');
const FORMAT = 1;
const LONGEST_KEY = 64;
const LARGEST_VALUE = LARGEST_RECORD + 1024;
const MAC_BYTES = 32;
const CHUNK = 64 * 1024;

function macOf(root: Uint8Array) {
  return hmac.create(sha256, derive(root, 'backup'));
}

/** Writes one chunk of a backup. */
export type WriteChunk = (chunk: Uint8Array) => Promise<void> | void;

/** Writes a backup in chunks. */
export class BackupWriter {
  readonly #write: WriteChunk;
  readonly #mac: ReturnType<typeof macOf>;
  #parts: Uint8Array[] = [];
  #waiting = 0;
  #rows = 0;
  bytes = 0;

  constructor(root: Uint8Array, created: number, write: WriteChunk) {
    this.#write = write;
    this.#mac = macOf(root);
    this.#add(concatBytes(MAGIC, Uint8Array.of(FORMAT), uint64(BigInt(created))));
  }

  async row({ key, value }: Row): Promise<void> {
    this.#rows += 1;
    this.#add(concatBytes(Uint8Array.of(key.length), uint32(value.length), key, value));
    if (this.#waiting >= CHUNK) await this.#flush();
  }

  async end(): Promise<void> {
    this.#add(concatBytes(Uint8Array.of(0), uint64(BigInt(this.#rows))));
    this.#parts.push(this.#mac.digest());
    await this.#flush();
  }

  #add(part: Uint8Array): void {
    this.#mac.update(part);
    this.#parts.push(part);
    this.#waiting += part.length;
  }

  async #flush(): Promise<void> {
    const chunk = concatBytes(...this.#parts);
    this.#parts = [];
    this.#waiting = 0;
    this.bytes += chunk.length;
    await this.#write(chunk);
  }
}

/** The bytes of a backup, in chunks of any size. */
export type Source = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Reads the rows one after another. They are authenticated only after `finish`. */
export class BackupReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #seen: Uint8Array[] = [];
  #mac: ReturnType<typeof macOf> | undefined;
  #buffer: Uint8Array = new Uint8Array(0);
  #rows = 0n;

  constructor(source: Source) {
    this.#chunks = chunksOf(source);
  }

  /** Reads the header. Returns when the backup was made, in Unix seconds. Throws as `restoreStore`. */
  async start(): Promise<number> {
    const start = await this.#take(MAGIC.length + 1);
    if (start === undefined || !startsWith(start, MAGIC))
      throw new StoreError('not_a_store', 'This file is not a backup of a store.');
    if ((start[MAGIC.length] ?? 0) > FORMAT)
      throw new StoreError('newer_format', 'This backup was written by a later version of this software.');
    this.#count(start);
    return Number(viewOf(await this.#counted(8)).getBigUint64(0));
  }

  /**
   * Reads the next row; `undefined` after the last one.
   *
   * @throws {StoreError} damaged, also when a value is larger than `largest`
   */
  async row(largest = LARGEST_VALUE): Promise<Row | undefined> {
    const [keyLength = 0] = await this.#counted(1);
    if (keyLength === 0) return undefined;
    const valueLength = viewOf(await this.#counted(4)).getUint32(0);
    if (keyLength > LONGEST_KEY || valueLength > largest) throw damagedBackup();
    this.#rows += 1n;
    return { key: await this.#counted(keyLength), value: await this.#counted(valueLength) };
  }

  /** Starts the MAC. Call it as soon as the root key is known; what was read before is included. */
  authenticate(root: Uint8Array): void {
    this.#mac = macOf(root);
    for (const part of this.#seen.splice(0)) this.#mac.update(part);
  }

  /**
   * Checks the end of the file. Call it after the last row.
   *
   * @throws {StoreError} damaged if anything is missing, altered or added
   */
  async finish(): Promise<void> {
    const rows = viewOf(await this.#counted(8)).getBigUint64(0);
    const expected = this.#mac?.digest();
    const mac = await this.#take(MAC_BYTES);
    const whole = rows === this.#rows && expected && mac && equalBytes(mac, expected);
    if (!whole || (await this.#take(1)) !== undefined) throw damagedBackup();
  }

  async #counted(length: number): Promise<Uint8Array> {
    const bytes = await this.#take(length);
    if (bytes === undefined) throw damagedBackup();
    this.#count(bytes);
    return bytes;
  }

  #count(bytes: Uint8Array): void {
    if (this.#mac === undefined) this.#seen.push(bytes);
    else this.#mac.update(bytes);
  }

  /** Takes the next bytes; `undefined` when the file ends before. */
  async #take(length: number): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    for (let missing = length; missing > 0; ) {
      if (this.#buffer.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) return undefined;
        this.#buffer = next.value;
      }
      const part = this.#buffer.subarray(0, missing);
      this.#buffer = this.#buffer.subarray(part.length);
      missing -= part.length;
      parts.push(part);
    }
    return concatBytes(...parts);
  }
}

async function* chunksOf(source: Source): AsyncGenerator<Uint8Array> {
  yield* source;
}

export function damagedBackup(): StoreError {
  return new StoreError('damaged', 'This backup was truncated, damaged or tampered with.');
}
