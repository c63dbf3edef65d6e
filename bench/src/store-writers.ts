/**
 * Durable inserts by 64 concurrent writers compared with one writer: commits that wait together share one
 * sync.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Collection } from '@countersign/secure-store';
import { QUICK, summary } from './measure.ts';
import { type Report, timeRow } from './report.ts';
import { newFolder, openLmdbStore, records, VALUE } from './store-place.ts';

const MANY = 64;
const ROUNDS = QUICK ? 2 : 7;
const SECONDS = QUICK ? 0.3 : 1.5;

/** Durable inserts per second by this many writers, each of which waits for its answer. */
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

/** How many times per second this disk durably writes a kilobyte, without our code. */
function bareRate(file: number): number {
  const kilobyte = new Uint8Array(1024);
  const started = performance.now();
  const end = started + SECONDS * 1000;
  let done = 0;
  for (; performance.now() < end; done++) {
    writeSync(file, kilobyte);
    fdatasyncSync(file);
  }
  return (done * 1000) / (performance.now() - started);
}

export async function run(): Promise<Report> {
  const store = await openLmdbStore(newFolder());
  const collection = records(store);
  const file = openSync(join(newFolder(), 'bare'), 'w');
  const bare: number[] = [];
  await rate(collection, MANY);
  const alone: number[] = [];
  const together: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(bareRate(file));
    alone.push(await rate(collection, 1));
    together.push(await rate(collection, MANY));
  }
  await store.close();
  closeSync(file);
  const one = summary(alone);
  const many = summary(together);
  return {
    title: 'Durable inserts',
    method: `LMDB, values of 512 bytes, acknowledged when they are on disk; medians of ${ROUNDS} rounds in turn.`,
    columns: ['writers', 'inserts a second', '10 %', '90 %'],
    rows: [
      timeRow('bare write and fdatasync', summary(bare)),
      timeRow('1', one),
      timeRow(String(MANY), many),
    ],
    remarks: [
      '64 writers together are limited by how fast one core seals. The ratio to a single writer depends on how long the disk makes that one wait.',
    ],
    ratios: [{ what: `${MANY} writers to one`, ratio: many.median / one.median, atLeast: 10 }],
  };
}
