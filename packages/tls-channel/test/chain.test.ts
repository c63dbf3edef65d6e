import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { execFileSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { chainProblems, generateIdentity } from '../src/index.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

it('a generated certificate is complete until it expires', async () => {
  const { cert } = await generateIdentity({ hosts: ['localhost'], now: NOW, days: 30 });
  expect(chainProblems(cert, later(29))).toEqual([]);
  expect(chainProblems(cert, later(31))).toEqual([{ problem: 'expired', when: later(30) }]);
  expect(chainProblems(cert, later(-2))).toMatchObject([{ problem: 'not_yet_valid' }]);
  expect(chainProblems('', NOW)).toEqual([]);
});

withCounterpart('openssl', 'beside OpenSSL', () => {
  it('a certificate is incomplete without the intermediate that signed it, and complete with it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'countersign-chain-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const openssl = (...args: string[]) =>
      execFileSync('/usr/bin/openssl', args, { cwd: dir, stdio: 'ignore' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout'];
    const sign = (name: string, issuer: string, days: string) => {
      openssl('req', '-new', ...key, `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
      writeFileSync(join(dir, `${name}.ext`), `basicConstraints=CA:${name === 'middle' ? 'true' : 'false'}`);
      const from = ['-CA', `${issuer}.crt`, '-CAkey', `${issuer}.key`, '-CAcreateserial', '-days', days];
      openssl(
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        ...from,
        '-extfile',
        `${name}.ext`,
        '-out',
        `${name}.crt`,
      );
    };
    openssl('req', '-x509', ...key, 'root.key', '-subj', '/CN=root', '-days', '90', '-out', 'root.crt');
    sign('middle', 'root', '60');
    sign('leaf', 'middle', '90');
    const pem = (...names: string[]) =>
      names.map((name) => readFileSync(join(dir, `${name}.crt`), 'utf8')).join('');
    const now = new Date();
    const missing = [{ problem: 'no_issuer', issuer: 'CN=middle' }];
    expect(chainProblems(pem('leaf'), now)).toEqual(missing);
    expect(chainProblems(pem('leaf', 'root'), now)).toEqual(missing);
    expect(chainProblems(pem('leaf', 'middle'), now)).toEqual([]);
    expect(chainProblems(pem('leaf', 'middle', 'root'), now)).toEqual([]);
    const inTime = new Date(now.getTime() + 70 * 86_400_000);
    expect(chainProblems(pem('leaf', 'middle'), inTime)).toMatchObject([{ problem: 'expired' }]);
  });
});
