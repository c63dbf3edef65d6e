/**
 * Like harness-kill.mjs, on PostgreSQL and in a temporary schema: `node harness-postgres-kill.mjs [ROUNDS]
 * [URL]`, by default 100 rounds.
 */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { isSound, killWritersAt } from './harness-kill.mjs';

/**
 * @param {{ url: string, rounds: number, moment?: () => number }} options `moment`: returns when to kill, as
 *   a fraction of the writer's life, in [0, 1)
 */
export async function killWriters({ url, ...options }) {
  const schema = `countersign_kill_${randomBytes(8).toString('hex')}`;
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`CREATE SCHEMA ${schema}`);
  const place = new URL(url);
  place.searchParams.set('options', `-csearch_path=${schema}`);
  try {
    return await killWritersAt({ place: place.href, ...options });
  } finally {
    await admin.query(`DROP SCHEMA ${schema} CASCADE`);
    await admin.end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , rounds = '100', url] = process.argv;
  const server =
    url ?? process.env.COUNTERSIGN_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';
  const counts = await killWriters({ url: server, rounds: Number(rounds) });
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  if (!isSound(counts)) process.exitCode = 1;
}
