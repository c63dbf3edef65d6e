import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '@countersign/secure-store';
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { folderPlace } from '@countersign/secure-store/place';
import { askUnlock, forget, openPrompts } from '@countersign/terminal';
import { memoryIo } from '@countersign/terminal/testing';
import { expect, it } from 'vitest';
import { dataDir, folder, PASSPHRASE } from './program.ts';

const SETTINGS = {
  dataDir: '/nowhere',
  store: folderPlace('/nowhere'),
  passphraseFile: undefined,
  keyFile: undefined,
  json: true,
  sameStore: [],
} as const;

it('the secret of the store is bytes, which are wiped', async () => {
  const { io } = memoryIo({ input: `${PASSPHRASE}\n` });
  const unlock = await askUnlock(io, openPrompts(io), SETTINGS);
  const store = await openStore({ backend: lmdbBackend({ dir: join(await dataDir(), 'store') }), ...unlock });
  await store.close();
  forget(unlock);
  expect(unlock.passphrase).toEqual(new Uint8Array(PASSPHRASE.length));
  const file = join(folder(), 'key');
  writeFileSync(file, new Uint8Array(32).fill(7), { mode: 0o600 });
  const byFile = await askUnlock(io, openPrompts(io), { ...SETTINGS, keyFile: file });
  expect([...(byFile.keyFile ?? [])]).toEqual(Array(32).fill(7));
  forget(byFile);
  expect([...(byFile.keyFile ?? [])]).toEqual(Array(32).fill(0));
});
