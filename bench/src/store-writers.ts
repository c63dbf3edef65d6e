/** Durable inserts by 64 writers at once against one writer after another: commits that wait together share one sync. */
import type { Collection } from '@countersign/secure-store';
import { QUICK, summary } from './measure.ts';
import { type Report, timeRow } from './report.ts';
import { newFolder, openLmdbStore, records, VALUE } from './store-place.ts';

const MANY = 64;
const ROUNDS = QUICK ? 2 : 7;
const SECONDS = QUICK ? 0.3 : 1.5;

/** Durable inserts a second by so many writers, each of whom waits for its answer. */
async function rate(collection: Collection<Record<string, unknown>>, writers: number): Promise<number> {
  const started = performance.now();
  const end = started + SECONDS * 1000;
  let done = 0;
  const writer = async () => {
    while (performance.now() < end) {
      await collection.insert(crypto.randomUUID(), VALUE);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: writers }, writer));
  return (done * 1000) / (performance.now() - started);
}

export async function run(): Promise<Report> {
  const store = await openLmdbStore(newFolder());
  const collection = records(store);
  await rate(collection, MANY);
  const alone: number[] = [];
  const together: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await rate(collection, 1));
    together.push(await rate(collection, MANY));
  }
  await store.close();
  const one = summary(alone);
  const many = summary(together);
  return {
    title: 'Durable inserts',
    method: `LMDB, values of 512 bytes, answered when they are on disk; medians of ${ROUNDS} rounds in turn.`,
    columns: ['writers', 'inserts a second', '10 %', '90 %'],
    rows: [timeRow('1', one), timeRow(String(MANY), many)],
    ratios: [{ what: `${MANY} writers to one`, ratio: many.median / one.median, atLeast: 10 }],
  };
}
