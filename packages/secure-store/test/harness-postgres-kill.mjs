/**
 * The same as harness-kill.mjs on PostgreSQL, in a schema of its own: `node harness-postgres-kill.mjs [ROUNDS] [URL]`, by
 * default 100 rounds.
 */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { isSound, killWritersAt } from './harness-kill.mjs';

/**
 * @param {{ url: string, rounds: number, moment?: () => number }} options `moment`: 0 ≤ x < 1, when in its life to kill
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
