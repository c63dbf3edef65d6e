/**
 * Runs every JavaScript example of every README, unchanged, against the built packages, and compares its
 * output.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, readmeExamples, runExample } from './readme-examples.ts';

const examples = readmeExamples();
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-readmes-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the READMEs', () => {
  it('have an example for every library', () => {
    const shown = new Set(examples.map(({ package: owner }) => owner));
    expect([...shown].sort()).toEqual([
      '@countersign/argon2id',
      '@countersign/auth-client',
      '@countersign/auth-server',
      '@countersign/own-files',
      '@countersign/secure-store',
      '@countersign/srp-core',
      '@countersign/ssh-core',
      '@countersign/terminal',
      '@countersign/tls-channel',
      '@countersign/totp-core',
      '@countersign/wire-protocol',
      undefined,
    ]);
  });

  it.for(examples)('$name runs and prints what it says', async (example) => {
    expect(await runExample(example, folder)).toBe(example.prints);
  });

  it('detect an example that is wrong', async () => {
    const store = examples.find(({ package: owner }) => owner === '@countersign/secure-store');
    if (!store) throw new Error('the README of secure-store has no example');
    const code = store.code.replace(
      'assert.equal(changed?.balance, 15)',
      'assert.equal(changed?.balance, 16)',
    );
    expect(code).not.toBe(store.code);
    await expect(runExample({ ...store, code }, folder)).rejects.toThrow(/15/);
  });
});
