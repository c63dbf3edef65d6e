import { expect, it } from 'vitest';
import { withPeer } from '../src/peer.ts';

it('a driver that is not installed is named, with the command that installs it', async () => {
  const missing = new Error("Cannot find package 'lmdb'");
  const opening = withPeer('lmdb', () => Promise.reject(missing));
  await expect(opening).rejects.toMatchObject({
    code: 'missing_package',
    message: 'The package lmdb cannot be loaded. Install it: npm install lmdb',
    cause: missing,
  });
});

it('a driver that is installed is loaded', async () => {
  const { Pool } = await withPeer('pg', () => import('pg'));
  expect(Pool).toBeTypeOf('function');
});
