/** Many concurrent writers, whose records of what was acknowledged are compared with the store at the end. */
import { expect } from 'vitest';
import type { Backend } from '../src/backend.ts';
import { StoreError } from '../src/errors.ts';
import { bytes } from './backend-contract.ts';
import type { Cluster, Standby, StopMode } from './postgres-cluster.ts';

export interface Books {
  /** Answered with success. */
  readonly acknowledged: string[];
  /** Answered with an error after which nothing was written. */
  readonly refused: string[];
  /** Answered with `settled: false`. */
  readonly doubtful: string[];
}

const pair = (name: string) => [bytes(`${name}/a`), bytes(`${name}/b`)] as const;

/**
 * Inserts pairs of records with `writers` concurrent writers, one pair after another, until `enough` returns
 * true.
 *
 * @param onAnswer called after every answer, with the total number so far
 */
export async function load(
  backend: Backend,
  writers: number,
  enough: (books: Books) => boolean,
  onAnswer: (answers: number) => void = () => {},
): Promise<Books> {
  const books: Books = { acknowledged: [], refused: [], doubtful: [] };
  let answers = 0;
  const write = async (writer: number) => {
    for (let i = 0; !enough(books); i += 1) {
      const name = `${writer}.${i}`;
      await insertPair(backend, name, books);
      answers += 1;
      onAnswer(answers);
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  return books;
}

async function insertPair(backend: Backend, name: string, books: Books): Promise<void> {
  const checks = pair(name).map((key) => ({ key, starts: undefined }));
  const writes = pair(name).map((key) => ({ key, value: bytes(name) }));
  try {
    // A commit that was applied twice would collide with itself.
    expect(await backend.commit({ checks, writes, durable: true })).toEqual({ committed: true });
    books.acknowledged.push(name);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    expect(error.code).toBe('backend_gone');
    (error.settled ? books.refused : books.doubtful).push(name);
  }
}

/** Expects every acknowledged pair, no failed pair, and no half of any pair. */
export async function audit(backend: Backend, books: Books): Promise<void> {
  const found = new Map<string, number>();
  for await (const { key, value } of backend.scan({ prefix: bytes('') })) {
    const name = new TextDecoder().decode(value);
    expect(pair(name)).toContainEqual(key);
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  expect([...found.values()].filter((halves) => halves !== 2)).toEqual([]);
  expect(books.acknowledged.filter((name) => !found.has(name))).toEqual([]);
  expect(books.refused.filter((name) => found.has(name))).toEqual([]);
  const known = [...books.acknowledged, ...books.doubtful];
  expect([...found.keys()].filter((name) => !known.includes(name))).toEqual([]);
}

/** Kills the server and promotes its standby while 24 writers are at work, then checks the store. */
export async function failoverUnderLoad(cluster: Cluster, standby: Standby, backend: Backend): Promise<void> {
  let failover: Promise<void> | undefined;
  const fail = async () => {
    await cluster.stop('immediate');
    await standby.promote();
  };
  let since = 0;
  const books = await load(
    backend,
    24,
    () => since >= 500,
    (answers) => {
      if (answers === 200) failover = fail();
      if (answers > 200) since += 1;
    },
  );
  await failover;
  expect(books.acknowledged.length).toBeGreaterThan(500);
  await audit(backend, books);
}

/** Stops and starts the server every 200 answers while 24 writers are at work, then checks the store. */
export async function restartsUnderLoad(
  cluster: Cluster,
  backend: Backend,
  { mode, restarts }: { readonly mode: StopMode; readonly restarts: number },
): Promise<void> {
  let done = 0;
  let restarting: Promise<void> | undefined;
  const restart = async () => {
    await cluster.stop(mode);
    await cluster.start();
    done += 1;
    restarting = undefined;
  };
  const books = await load(
    backend,
    24,
    ({ acknowledged }) => done >= restarts && acknowledged.length > restarts * 200,
    (answers) => {
      if (answers % 200 === 0 && done < restarts) restarting ??= restart();
    },
  );
  await restarting;
  expect(done).toBe(restarts);
  expect(books.acknowledged.length).toBeGreaterThan(restarts * 200);
  await audit(backend, books);
}
