/**
 * A notes service with its own logins: an auth server on port 8443, and an HTTP API on port 8080 that accepts the tokens of
 * that server. Both use one store, in the folder `notes-data`. In production, put the API behind HTTPS.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { startAuthServer } from '@countersign/auth-server';
import { openRegistry } from '@countersign/auth-server/accounts';
import { TokenAdministration, Tokens } from '@countersign/auth-server/credentials';
import { openStore } from '@countersign/secure-store';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { makeIdentityFiles } from '@countersign/tls-channel';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';

const ISSUER = 'https://localhost:8443';
const AUDIENCE = 'http://localhost:8080';

// 1. A store. In production, keep its key file elsewhere.
mkdirSync('notes-data', { recursive: true, mode: 0o700 });
if (!existsSync('notes-data/key')) writeFileSync('notes-data/key', randomBytes(32), { mode: 0o600 });
const keyFile = readFileSync('notes-data/key');
const backend = lmdbBackend({ dir: 'notes-data/store' });
const store = await openStore({ backend, keyFile, create: 'if-empty' });
const notes = store.collection('notes', z.array(z.string().max(1000)).max(1000)); // by the uid of an account

// 2. The auth server, which registers users, logs them in and issues tokens.
await makeIdentityFiles('notes-data/tls', 'localhost');
const [key, cert] = ['key', 'cert'].map((name) => readFileSync(`notes-data/tls/${name}.pem`, 'utf8'));
const authServer = await startAuthServer({
  store,
  key,
  cert,
  port: 8443,
  registration: 'open',
  issuer: 'Notes',
  issuerUrl: ISSUER,
  onEvent: (event) => {
    if (event.kind === 'login.succeeded') console.log(`${event.username} logged in with ${event.factor}`);
  },
});
const options = { store, clock: () => Date.now(), randomBytes };
const registry = openRegistry(options);
const administration = new TokenAdministration({ ...options, journal: registry.journal });
await administration.addService({ name: 'notes', audience: AUDIENCE, roles: [], minutes: 10 });
const tokens = new Tokens(registry, options);

// 3. The notes API. Every request carries a token, whose `sub` is the uid of the account.
const api = createServer((request, response) => {
  answer(request).then(
    (lines) => response.end(lines.map((line) => `${line}\n`).join('')),
    () => response.writeHead(401).end('Log in first.\n'),
  );
});

async function answer(request) {
  const { jwks } = await tokens.publishedKeys();
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), {
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['ES256'],
    typ: 'at+jwt',
  });
  if (request.method !== 'POST') return (await notes.get(payload.sub))?.value ?? [];
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text = (text + chunk).slice(0, 1000);
  const changed = await notes.update(payload.sub, (list) => [...list, text]);
  if (changed === undefined) await notes.insert(payload.sub, [text]);
  return ['Noted.'];
}

api.listen(8080, 'localhost', () =>
  console.log(`Notes at ${AUDIENCE}, logins at localhost:8443, pin ${authServer.pin}`),
);

await once(process, 'SIGINT');
api.close();
api.closeAllConnections();
await authServer.close();
await store.close();
