/**
 * A store of a million records compared with one of a thousand: opening it in a fresh process, and reading
 * from it.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Collection } from '@countersign/secure-store';
import { measure, processorTime, QUICK, type Sample, summary } from './measure.ts';
import { number, type Report } from './report.ts';
import { fileSize, fill, newFolder, openLmdbStore, records } from './store-place.ts';

const SMALL = 1000;
const LARGE = QUICK ? 20_000 : 1_000_000;
const PROCESSES = QUICK ? 3 : 11;
const BATCH = 200;
const CHILD = fileURLToPath(new URL('store-open-child.js', import.meta.url));

interface Opening {
  readonly milliseconds: number;
  /** Resident memory added by opening, in MiB. */
  readonly mebibytes: number;
}

async function filled(count: number): Promise<string> {
  const dir = newFolder();
  const store = await openLmdbStore(dir);
  await fill(store, count);
  await store.close();
  return dir;
}

function opening(dir: string): Opening {
  const { stdout, stderr, status } = spawnSync(process.execPath, [CHILD, dir], {
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Opening;
}

/** One of `BATCH` random reads. */
function get(collection: Collection<unknown>, count: number): Sample {
  return async () => {
    const taken = await processorTime(async () => {
      for (let i = 0; i < BATCH; i++) {
        const found = await collection.get(`record ${randomInt(count)}`);
        if (found === undefined) throw new Error('a record is missing');
      }
    });
    return taken / BATCH;
  };
}

export async function run(): Promise<Report> {
  const sizes = [SMALL, LARGE] as const;
  const dirs = [await filled(SMALL), await filled(LARGE)] as const;
  const openings = dirs.map(() => [] as Opening[]);
  for (let turn = 0; turn < PROCESSES; turn++)
    for (const [at, dir] of dirs.entries()) openings[at]?.push(opening(dir));
  const median = (at: 0 | 1, what: keyof Opening) => summary((openings[at] ?? []).map((o) => o[what])).median;
  const stores = [await openLmdbStore(dirs[0]), await openLmdbStore(dirs[1])] as const;
  const reads = await measure({
    small: get(records(stores[0]), SMALL),
    large: get(records(stores[1]), LARGE),
  });
  const file = dirs.map((dir) => `${number(fileSize(dir) / 2 ** 20)} MiB`);
  for (const store of stores) await store.close();
  return {
    title: `A store of ${number(LARGE)} records compared with one of ${number(SMALL)}`,
    method: `LMDB, values of 512 bytes, without the key derivation. Opening: medians of ${PROCESSES} fresh processes. Reading: random ids, in turn, processor time.`,
    columns: ['records', 'file', 'open ms', 'memory MiB', 'get µs'],
    rows: sizes.map((size, at) => [
      number(size),
      file[at] ?? '',
      median(at === 0 ? 0 : 1, 'milliseconds'),
      median(at === 0 ? 0 : 1, 'mebibytes'),
      (at === 0 ? reads.small : reads.large).median * 1000,
    ]),
    ratios: [
      {
        what: 'opening takes longer by',
        ratio: median(1, 'milliseconds') - median(0, 'milliseconds'),
        unit: 'ms',
        atMost: 200,
      },
      {
        what: 'opening takes more memory by',
        ratio: median(1, 'mebibytes') - median(0, 'mebibytes'),
        unit: 'MiB',
        atMost: 64,
      },
      { what: 'get, large to small', ratio: reads.large.median / reads.small.median, atMost: 1.2 },
    ],
  };
}
