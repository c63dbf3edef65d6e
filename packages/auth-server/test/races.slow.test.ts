import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { postgresBackend } from '@countersign/secure-store/postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyAudit } from '../src/audit/verify.ts';
import { type Place, RACE_LIMITS, RaceCourse, TIRELESS_LIMITS } from './race-course.ts';
import {
  changedInTheMiddle,
  manyUsers,
  oneCode,
  oneInvitation,
  oneName,
  oneRecoveryCode,
  wrongCodes,
} from './races.ts';

/** The long version, `npm run torture`, runs a thousand. */
const ROUNDS = Number(process.env.COUNTERSIGN_ROUNDS ?? 1);
const PATIENCE = { timeout: 60_000 + ROUNDS * 20_000 };
const POSTGRES = process.env.COUNTERSIGN_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';

const places: { name: string; make: () => Promise<Place & { remove(): Promise<void> }> }[] = [
  {
    name: 'LMDB',
    async make() {
      const dir = await mkdtemp(join(tmpdir(), 'countersign-race-store-'));
      return { where: dir, open: () => lmdbBackend({ dir }), remove: () => rm(dir, { recursive: true }) };
    },
  },
  {
    name: 'PostgreSQL',
    async make() {
      const name = `countersign_race_${randomUUID().replaceAll('-', '')}`;
      await runSql(`create database ${name}`);
      const url = new URL(POSTGRES);
      url.pathname = `/${name}`;
      return {
        where: url.href,
        open: () => postgresBackend({ url: url.href }),
        remove: () => runSql(`drop database ${name} with (force)`),
      };
    },
  },
];

async function runSql(sql: string): Promise<void> {
  const client = new pg.Client(POSTGRES);
  await client.connect();
  await client.query(sql);
  await client.end();
}

describe.for(places)('two server processes on $name', ({ make }) => {
  let place: Awaited<ReturnType<typeof make>>;
  let course: RaceCourse;
  let tireless: RaceCourse;

  beforeAll(async () => {
    place = await make();
    course = await RaceCourse.open(place, RACE_LIMITS);
    tireless = await RaceCourse.open(place, TIRELESS_LIMITS);
  });

  afterAll(async () => {
    expect([...course.complaints, ...tireless.complaints]).toEqual([]);
    expect((await verifyAudit(course.store)).problems).toEqual([]);
    await tireless.close();
    await course.close();
    await place.remove();
  });

  it('accept one valid code once when a hundred clients submit it', PATIENCE, async () => {
    await expect(oneCode(tireless, ROUNDS)).resolves.toBeUndefined();
  });

  it('accept one recovery code once when a hundred clients submit it', PATIENCE, async () => {
    await expect(oneRecoveryCode(tireless, ROUNDS)).resolves.toBeUndefined();
  });

  it('let one invitation be used once', PATIENCE, async () => {
    for (let round = 0; round < ROUNDS; round++) await expect(oneInvitation(course)).resolves.toBeUndefined();
  });

  it('give one user name to one', PATIENCE, async () => {
    for (let round = 0; round < ROUNDS; round++) await expect(oneName(course)).resolves.toBeUndefined();
  });

  it(
    'count two hundred wrong codes at once, and judge no more than the budget lets through',
    PATIENCE,
    async () => {
      const { judged, counted } = await wrongCodes(course);
      expect(judged).toBeGreaterThan(0);
      expect(judged).toBeLessThanOrEqual(5);
      expect(counted).toBe(200);
    },
  );

  it('let fifty users in from one address at once', PATIENCE, async () => {
    expect(await manyUsers(course)).toBe(50);
  });

  it.for(['removed', 'disabled', 'locked'] as const)(
    'let nobody in whose account was %s in the middle of the login',
    PATIENCE,
    async (change) => {
      expect(await changedInTheMiddle(course, change)).toBe(0);
    },
  );
});
