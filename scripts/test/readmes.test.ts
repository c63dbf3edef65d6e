/** The JavaScript blocks of the READMEs that no package tests itself: run as programs, built, by the packages' names. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the client's block talks to, and the authenticator app in the user's hand. */
const SERVER = `
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAuthServer } from '@countersign/auth-server';
import { memoryBackend, openStore } from '@countersign/secure-store';
import { generateIdentity } from '@countersign/tls-channel';
import { computeCode, TotpSecret } from '@countersign/totp-core';
const store = await openStore({ backend: memoryBackend(), passphrase: 'for the readme', create: 'if-empty', kdf: { m: 8, t: 1, p: 1 } });
const server = await startAuthServer({ store, ...(await generateIdentity({ hosts: ['localhost'] })), port: 0, registration: 'open' });
const serverAddress = \`127.0.0.1:\${server.port}\`;
const folder = mkdtempSync(join(tmpdir(), 'readme-'));
const codeAt = (key, seconds) => computeCode({ secret: TotpSecret.fromBase32(key), time: Date.now() / 1000 + seconds });
const codeFromTheApp = (key) => codeAt(key, 0);
const nextCodeFromTheApp = (key) => codeAt(key, 30);
`;

const readmes: { path: string; before?: string; after?: string }[] = [
  { path: 'README.md' },
  { path: 'packages/auth-server/README.md' },
  {
    path: 'packages/auth-client/README.md',
    before: SERVER,
    after: 'await server.close(); await store.close();',
  },
];

describe.for(readmes)('$path', ({ path, before = '', after = '' }) => {
  it('holds a block that runs and prints what it says', () => {
    const text = readFileSync(join(root, path), 'utf8');
    const [block = ''] = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
    const promised = [...block.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said);
    expect(promised.length).toBeGreaterThan(0);
    const place = mkdtempSync(join(root, 'scripts/test/readme-'));
    try {
      const program = join(place, 'block.mjs');
      writeFileSync(program, `${before}\n${block}\n${after}`);
      const printed = execFileSync(process.execPath, [program], { encoding: 'utf8' });
      expect(printed.trimEnd().split('\n')).toEqual(promised);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});
