/**
 * Makes keys.json with ssh-keygen. Security keys cannot be generated without the hardware: their blobs are
 * assembled from ordinary keys here, and ssh-keygen computes the fingerprints.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'countersign-vectors-'));
const keygen = (...args) => execFileSync('ssh-keygen', args, { cwd: folder, encoding: 'utf8' });
const write = (name, rows) =>
  writeFileSync(new URL(`${name}.json`, import.meta.url), `${JSON.stringify(rows, null, 2)}\n`);
const read = (name) => readFileSync(join(folder, name), 'utf8').trim();

const string = (bytes) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, Buffer.from(bytes)]);
};
/** Turns an ordinary public key into one of a security key: another name, and the application at the end. */
const makeSecurityKey = (from, kind) => {
  const blob = Buffer.from(read(from).split(' ')[1], 'base64');
  const fields = blob.subarray(4 + blob.readUInt32BE(0));
  const made = Buffer.concat([string(Buffer.from(kind)), fields, string(Buffer.from('ssh:'))]);
  return `${kind} ${made.toString('base64')} made by hand`;
};

const ORDINARY = [
  ['ed25519', 'ed25519'],
  ['p256', 'ecdsa', 256],
  ['p384', 'ecdsa', 384],
  ['p521', 'ecdsa', 521],
  ['rsa3072', 'rsa', 3072],
  ['rsa4096', 'rsa', 4096],
];
for (const [name, type, bits] of [...ORDINARY, ['rsa2048', 'rsa', 2048], ['dsa', 'dsa']])
  keygen('-q', '-t', type, ...(bits ? ['-b', String(bits)] : []), '-N', '', '-C', `alice@${name}`, '-f', name);
writeFileSync(join(folder, 'sk-ed25519.pub'), makeSecurityKey('ed25519.pub', 'sk-ssh-ed25519@openssh.com'));
writeFileSync(join(folder, 'sk-p256.pub'), makeSecurityKey('p256.pub', 'sk-ecdsa-sha2-nistp256@openssh.com'));

const NAMES = [...ORDINARY.map(([name]) => name), 'sk-ed25519', 'sk-p256'];
const row = (name) => ({
  name,
  line: read(`${name}.pub`),
  fingerprint: keygen('-l', '-f', `${name}.pub`).split(' ')[1],
});
write('keys', { accepted: NAMES.map(row), refused: ['rsa2048', 'dsa'].map(row) });
rmSync(folder, { recursive: true });
