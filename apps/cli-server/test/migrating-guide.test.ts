/** Runs the program and the commands of docs/migrating.md for users with an authenticator but without a verifier. */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { execFile } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { administrate } from './administrator.ts';
import { dataDir, folder } from './program.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const guide = readFileSync(join(ROOT, 'docs/migrating.md'), 'utf8');

withCounterpart('sh', 'docs/migrating.md', () => {
  it('lets users keep their authenticators', async () => {
    const place = folder(onTestFinished);
    const dir = await dataDir(onTestFinished);
    symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
    const program = /^```js\n([\s\S]*?)^```$/m.exec(guide)?.[1] ?? '';
    writeFileSync(join(place, 'make-users.mjs'), program);
    const uri =
      'otpauth://totp/Old:bob?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA256&digits=8&issuer=Old';
    writeFileSync(join(place, 'keys.txt'), `alice JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\nbob ${uri}\n`);
    const [, making = '', importing = ''] = /^(\(umask.*)\n(countersign-server .*)$/m.exec(guide) ?? [];
    await execFile('sh', ['-c', making], { cwd: place });
    expect(readFileSync(join(place, 'temporary.txt'), 'utf8')).toMatch(/^alice [\w-]{16}\nbob [\w-]{16}\n$/);

    const [, ...words] = importing.replace('users.jsonl', join(place, 'users.jsonl')).split(' ');
    expect(await administrate(dir, words)).toMatchObject({ exit: 0 });
    const { stdout } = await administrate(dir, ['user', 'list']);
    // In the order of the store, which is random.
    for (const name of ['alice', 'bob']) expect(stdout).toContain(`"${name}"`);
  });
});
