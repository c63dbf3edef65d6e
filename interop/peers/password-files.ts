/**
 * The two command-line programs that keep SRP password files: `openssl srp` and GnuTLS's `srptool`. Each makes a
 * verifier from a password, and says whether a password fits a verifier that somebody else wrote into its file.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromSrpBase64, toGnutlsBase64, toSrpBase64 } from './srp-base64.ts';

export interface PasswordEntry {
  readonly user: string;
  readonly password: string;
  readonly salt: Uint8Array;
  readonly verifier: Uint8Array;
}

export type FileGroup = '2048' | '3072' | '4096';

export interface PasswordFiles {
  /** The program's own salt and verifier. */
  make(group: FileGroup, user: string, password: string): PasswordEntry;
  /** Whether the program takes the password for right with a given salt and verifier. */
  accepts(group: FileGroup, entry: PasswordEntry): boolean;
  /** Deletes its files. */
  close(): void;
}

/** `openssl srp` over a srpvfile: tab-separated rows of verifier, salt, user and group. */
export function opensslFiles(): PasswordFiles {
  const folder = mkdtempSync(join(tmpdir(), 'openssl-srp-'));
  const file = join(folder, 'srpvfile');
  const run = (group: FileGroup, user: string, secrets: Record<string, string>, ...action: string[]) =>
    spawnSync('openssl', ['srp', ...action, '-srpvfile', file, '-gn', group, user], {
      env: { ...process.env, ...secrets },
      encoding: 'utf8',
    });
  return {
    make(group, user, password) {
      writeFileSync(file, '');
      const { status, stderr } = run(group, user, { NEW: password }, '-add', '-passout', 'env:NEW');
      const [kind, verifier, salt] = readFileSync(file, 'utf8').split('\t');
      if (status !== 0 || kind !== 'V') throw new Error(`openssl srp -add: ${stderr}`);
      // SRP_create_verifier draws 20 bytes.
      return { user, password, verifier: fromSrpBase64(verifier ?? ''), salt: fromSrpBase64(salt ?? '', 20) };
    },
    accepts(group, { user, password, salt, verifier }) {
      const row = ['V', toSrpBase64(verifier), toSrpBase64(salt), user, group, ''];
      writeFileSync(file, `${row.join('\t')}\n`);
      const secrets = { OLD: password, NEW: 'another password' };
      const { status, stderr } = run(
        group,
        user,
        secrets,
        '-modify',
        '-passin',
        'env:OLD',
        '-passout',
        'env:NEW',
      );
      if (status !== 0 && !stderr.includes('Invalid password')) throw new Error(`openssl srp: ${stderr}`);
      return status === 0;
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** `srptool` over a tpasswd: rows of user, verifier, salt and the index of a group in tpasswd.conf. */
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
      const options = ['--username', user, '--index', index[group], '--salt', '16'];
      const { status, stderr } = run(`${password}\n`, ...options);
      const [name, verifier, salt] = readFileSync(file, 'utf8').split(':');
      if (status !== 0 || name !== user) throw new Error(`srptool: ${stderr}`);
      return { user, password, verifier: fromSrpBase64(verifier ?? ''), salt: fromSrpBase64(salt ?? '', 16) };
    },
    accepts(group, { user, password, salt, verifier }) {
      writeFileSync(file, `${user}:${toGnutlsBase64(verifier)}:${toGnutlsBase64(salt)}:${index[group]}\n`);
      const { stdout, stderr } = run(`${password}\n`, '--verify', '--username', user);
      if (/NOT match/.test(stdout + stderr)) return false;
      if (/Password verified/.test(stdout + stderr)) return true;
      throw new Error(`srptool --verify: ${stdout}${stderr}`);
    },
    close: () => rmSync(folder, { recursive: true }),
  };
}
