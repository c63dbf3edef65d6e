/**
 * One server process of a race: opens the store named on its command line, listens, says its port and waits for the
 * end of its standard input. Each line there moves its clock by a time step, and is answered by a line. Everything
 * in it is the built product; only the clock, the limits and the cost of stretching are others.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DEFAULT_SERVER_PROFILE, limitsSchema, startAuthServer } from '@countersign/auth-server';
import { openStore } from '@countersign/secure-store';

const [where = '', keyFile = '', certFile = '', limits = '{}'] = process.argv.slice(2);
let steps = 0;

async function openBackend() {
  if (where.startsWith('postgres:')) {
    const { postgresBackend } = await import('@countersign/secure-store/postgres');
    return postgresBackend({ url: where });
  }
  const { lmdbBackend } = await import('@countersign/secure-store/lmdb');
  return lmdbBackend({ dir: where });
}

const store = await openStore({ backend: await openBackend(), passphrase: 'for races only' });
const server = await startAuthServer({
  store,
  key: readFileSync(keyFile, 'utf8'),
  cert: readFileSync(certFile, 'utf8'),
  port: 0,
  registration: 'invite',
  limits: limitsSchema.parse(JSON.parse(limits)),
  clock: () => Date.now() + steps * 30_000,
  profile: { ...DEFAULT_SERVER_PROFILE, stretch: { name: 'argon2id', m: 8, t: 1, p: 1 } },
  onEvent: (event) => {
    if (event.kind === 'failure') process.stderr.write(`${String(event.error?.stack ?? event.error)}\n`);
  },
});
process.stdout.write(`${server.port}\n`);
for await (const _ of createInterface(process.stdin)) {
  steps += 1;
  process.stdout.write('moved\n');
}
await server.close();
await store.close();
