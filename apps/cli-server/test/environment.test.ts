/** Host names and options of unusual machines. */

import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostsOf } from '../../../packages/tls-channel/src/identity-files.ts';
import { run } from '../src/run.ts';
import { makeTlsFiles } from '../src/tls-files.ts';

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-environment-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a host name', () => {
  it.each(['web-1-', 'box.', 'a b'])(
    'that cannot be in a certificate, such as %j, is left out',
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
