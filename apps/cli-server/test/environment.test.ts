/** Machines as containers, volumes and scripts make them. */

import { X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkDataDir, makeDataDir } from '../src/data-dir.ts';
import { run } from '../src/run.ts';
import { settingsFrom } from '../src/settings.ts';
import { hostsOf, makeTlsFiles } from '../src/tls-files.ts';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-environment-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a volume', () => {
  it.each(['lost+found', '.DS_Store', '.gitkeep', '.snapshot'])(
    'that holds only %s is taken as empty',
    async (name) => {
      const dataDir = emptyFolder();
      mkdirSync(join(dataDir, name));
      const settings = settingsFrom({ dataDir }, {});
      await checkDataDir(settings);
      await makeDataDir(dataDir);
      expect(readdirSync(dataDir)).toEqual([name]);
    },
  );

  it('that holds anything else is refused', async () => {
    const dataDir = emptyFolder();
    writeFileSync(join(dataDir, 'notes.txt'), '');
    await expect(checkDataDir(settingsFrom({ dataDir }, {}))).rejects.toMatchObject({ exit: 7 });
  });
});

describe('a host name', () => {
  it.each(['web-1-', 'box.', 'a b'])(
    'that no certificate can hold, such as %j, is left out',
    async (name) => {
      const dataDir = emptyFolder();
      await makeTlsFiles(dataDir, name);
      const { subjectAltName } = new X509Certificate(readFileSync(join(dataDir, 'tls', 'cert.pem')));
      expect(hostsOf(name)).toContain(name);
      expect(subjectAltName).not.toContain(name);
      expect(subjectAltName).toContain('DNS:localhost');
    },
  );

  it.each(['0.0.0.0:8443', 'localhost:', 'a b', 'https://x'])(
    'given as --host %s is a usage error before anything is made',
    async (host) => {
      const dataDir = join(emptyFolder(), 'data');
      const { io, stderr } = memoryIo({ env: {} });
      expect(await run(['start', '--data-dir', dataDir, '--host', host], io)).toBe(2);
      expect(stderr()).toContain('--host');
      expect(() => readdirSync(dataDir)).toThrow('ENOENT');
    },
  );
});
