/**
 * Scans. A scan that fits into one page is a single statement, which is a snapshot. A longer scan restarts in
 * a REPEATABLE READ transaction and is read page by page. It uses a connection from a separate pool, since
 * readers can be slow and commits must not wait for them.
 */
import type { Range, Row } from '../backend.ts';
import { compareBytes, concatBytes, endOfPrefix } from '../bytes.ts';
import { StoreError } from '../errors.ts';
import type { Asker, Connections, Session } from './connections.ts';

/** Rows per page. */
const PAGE = 256;

const BEGIN = { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' };
const READ_PAGE = {
  name: 'countersign_page',
  text: 'SELECT key, value FROM @.countersign_rows WHERE key >= $1 AND key < $2 ORDER BY key LIMIT $3',
};

const successor = (key: Uint8Array): Uint8Array => concatBytes(key, Uint8Array.of(0));

/** The keys left to read: `from` ≤ key < `to`, at most `limit` of them. */
export interface Stretch {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly limit: number;
}

export function stretchOf({ prefix, after, limit = Number.POSITIVE_INFINITY }: Range): Stretch {
  const next = after === undefined ? prefix : successor(after);
  return { from: compareBytes(next, prefix) > 0 ? next : prefix, to: endOfPrefix(prefix), limit };
}

/** Reads the first page of a stretch. */
export async function readPage(asker: Asker, { from, to, limit }: Stretch): Promise<Row[]> {
  const { rows } = await asker.ask({ ...READ_PAGE, values: [from, to, Math.min(limit, PAGE)] });
  return rows.map(([key, value]) => ({ key: plain(key), value: plain(value) }));
}

/** Returns whether the first page of a stretch is all of it. */
export function isWhole({ limit }: Stretch, page: readonly Row[]): boolean {
  return page.length < PAGE || page.length >= limit;
}

/** Returns the bytes of a column as a copy that belongs to the caller. */
export function plain(column: unknown): Uint8Array {
  if (column instanceof Uint8Array) return new Uint8Array(column);
  throw new StoreError('not_a_store', 'The tables of this store have unexpected columns.');
}

/** Begins a snapshot and reads its first page. */
export async function openSnapshot(connections: Connections, stretch: Stretch) {
  const session = await connections.take();
  try {
    await session.ask(BEGIN);
    return { session, page: await readPage(session, stretch) };
  } catch (error) {
    session.giveBack();
    throw error;
  }
}

/** Yields the rows. Returns the connection before the last page, or when the reader stops. */
export async function* readSnapshot(session: Session, first: Row[], stretch: Stretch): AsyncGenerator<Row> {
  let rest = stretch;
  try {
    for (let rows = first; ; rows = await readPage(session, rest)) {
      const last = isWhole(rest, rows) ? undefined : rows.at(-1);
      if (last === undefined) session.giveBack();
      yield* rows;
      if (last === undefined) return;
      rest = { from: successor(last.key), to: stretch.to, limit: rest.limit - rows.length };
    }
  } finally {
    session.giveBack();
  }
}
