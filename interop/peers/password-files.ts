/**
 * The two command-line programs with SRP password files: `openssl srp` and GnuTLS's `srptool`. Each creates a
 * row from a password, and checks a password against a row from elsewhere.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from '../../scripts/child-process.mjs';

/** Sizes in bits that both programs support. */
export type FileGroup = '2048' | '3072' | '4096';

export interface PasswordFiles {
  /** Creates a row of the program's file, with a random salt. */
  make(group: FileGroup, user: string, password: string): string;
  /** Returns whether the program accepts the password for the row. */
  accepts(row: string, group: FileGroup, user: string, password: string): boolean;
  /** Deletes the program's files. */
  close(): void;
}

/** `openssl srp` with a srpvfile. */
export function opensslFiles(): PasswordFiles {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-srp-'));
  const file = join(folder, 'srpvfile');
  const run = (group: FileGroup, user: string, passwords: Record<string, string>, action: string[]) =>
    spawnSync('openssl', ['srp', ...action, '-srpvfile', file, '-gn', group, user], {
      env: { ...process.env, ...passwords },
      encoding: 'utf8',
    });
  return {
    make(group, user, password) {
      writeFileSync(file, '');
      const { status, stderr } = run(group, user, { NEW: password }, ['-add', '-passout', 'env:NEW']);
      if (status !== 0) throw new Error(`openssl srp -add: ${stderr}`);
      return readFileSync(file, 'utf8').trimEnd();
    },
    accepts(row, group, user, password) {
      writeFileSync(file, `${row}\n`);
      // To change a password, it asks for the old one.
      const passwords = { OLD: password, NEW: 'another password' };
      const action = ['-modify', '-passin', 'env:OLD', '-passout', 'env:NEW'];
      const { status, stderr } = run(group, user, passwords, action);
      if (status !== 0 && !stderr.includes('Invalid password')) throw new Error(`openssl srp: ${stderr}`);
      return status === 0;
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** `srptool` with a tpasswd file. */
export function gnutlsFiles(): PasswordFiles {
  const folder = mkdtempSync(join(tmpdir(), 'srptool-'));
  const file = join(folder, 'tpasswd');
  const groups = join(folder, 'tpasswd.conf');
  const run = (input: string, ...args: string[]) =>
    spawnSync('srptool', ['--passwd', file, '--passwd-conf', groups, ...args], { input, encoding: 'utf8' });
  run('', '--create-conf', groups);
  const index: Record<FileGroup, string> = { '2048': '3', '3072': '4', '4096': '5' };
  return {
    make(group, user, password) {
      writeFileSync(file, '');
      const { status, stderr } = run(`${password}\n`, '--username', user, '--index', index[group]);
      if (status !== 0) throw new Error(`srptool: ${stderr}`);
      return readFileSync(file, 'utf8').trimEnd();
    },
    accepts(row, _group, user, password) {
      writeFileSync(file, `${asGnutlsWrites(row)}\n`);
      const { stdout, stderr } = run(`${password}\n`, '--verify', '--username', user);
      const said = stdout + stderr;
      if (said.includes('Password verified')) return true;
      if (said.includes('NOT match')) return false;
      throw new Error(`srptool --verify: ${said}`);
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/**
 * `srptool --verify` compares digits, not numbers: it accepts no password whose verifier begins with zero
 * digits. GnuTLS itself omits them in a first group of less than four, except the last one.
 */
function asGnutlsWrites(row: string): string {
  return row
    .split(':')
    .map((digits, at) => {
      const first = at === 1 ? digits.length % 4 : 0;
      return digits.slice(0, first).replace(/^0+(?=.)/, '') + digits.slice(first);
    })
    .join(':');
}
