// Two servers on one PostgreSQL database, as on two machines: node two-servers.js postgres://user@host/database
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, KnownServers, parseServer } from '@countersign/auth-client';
import { startAuthServer } from '@countersign/auth-server';
import { openStore } from '@countersign/secure-store';
import { postgresBackend } from '@countersign/secure-store/postgres';
import { generateIdentity } from '@countersign/tls-channel';
import { computeCode, TotpSecret } from '@countersign/totp-core';

const [url = ''] = process.argv.slice(2);
const identity = await generateIdentity({ hosts: ['localhost'] }); // the same on both machines

async function start() {
  const backend = postgresBackend({ url });
  const store = await openStore({ backend, passphrase: 'correct horse battery', create: 'if-empty' });
  const server = await startAuthServer({ store, ...identity, port: 0, registration: 'open' });
  const client = new Client({
    server: parseServer(`127.0.0.1:${server.port}`),
    knownServers: new KnownServers(mkdtempSync(join(tmpdir(), 'countersign-'))),
  });
  const close = async () => {
    await server.close();
    await store.close();
  };
  return { client, close };
}

const [one, two] = [await start(), await start()];

// Registered with one, known to the other.
const { pin: confirmedPin } = await one.client.probe();
const enrolment = await one.client.register({ name: 'alice', password: 'open sesame', confirmedPin });
const codeIn = (seconds) =>
  computeCode({ secret: TotpSecret.fromBase32(enrolment.key), time: Date.now() / 1000 + seconds });
await enrolment.confirm(codeIn(0));
console.log('registered with the first server');

// The same code for both at the same time: it works once.
const logins = await Promise.all([one, two].map(({ client }) => client.login('alice', 'open sesame')));
const code = codeIn(30);
const answers = await Promise.all(logins.map((login) => login.submit({ kind: 'totp', code })));
console.log('logins with one code:', answers.filter(({ ok }) => ok).length);

for (const login of logins) await login.close();
await Promise.all([one.close(), two.close()]);
