/**
 * A process that removes permissions from its own stores: `node harness-permissions-child.mjs DIR`. For each
 * row of permissions.mjs it creates a store below DIR, removes the permission, opens the store, restores the
 * permission and opens the store again. It prints the outcomes as one line of JSON.
 */
import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TAKEN_AWAY } from './permissions.mjs';
import { takeSteps } from './steps.mjs';

const [, , parent = ''] = process.argv;

for (const [index, { name, mode, without = [] }] of TAKEN_AWAY.entries()) {
  const dir = join(parent, String(index));
  const open = (/** @type {number} */ count) =>
    takeSteps({ place: `lmdb:${dir}`, count, size: 100 }, () => {});
  mkdirSync(dir, { mode: 0o700 });
  const made = await open(3);
  for (const file of without) rmSync(join(dir, file));
  const path = join(dir, name);
  const before = statSync(path).mode;
  chmodSync(path, mode);
  const denied = await open(1);
  chmodSync(path, before);
  const restored = await open(1);
  process.stdout.write(`${JSON.stringify({ made, denied, restored })}\n`);
}
