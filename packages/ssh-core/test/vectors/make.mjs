/**
 * Makes the vectors with ssh-keygen. Security keys cannot be generated without the hardware: their blobs are
 * assembled from ordinary keys here, and ssh-keygen computes the fingerprints.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'countersign-vectors-'));
const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' };
const keygen = (...args) => execFileSync('ssh-keygen', args, { cwd: folder, encoding: 'utf8', env });
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

/** A certificate for the key `user`, as a line and as ssh-keygen shows it. */
const certify = (name, ca, user, ...options) => {
  keygen('-q', '-s', ca, ...options, `${user}.pub`);
  const line = read(`${user}-cert.pub`);
  return { name, line, shown: keygen('-L', '-f', `${user}-cert.pub`).split('\n').slice(1).join('\n') };
};
const PLAIN = ['-I', 'alice#Zm9vYmFyYmF6', '-n', 'web,db', '-z', '123456789', '-V', '20260101:20260102'];
const ALL_OPTIONS = [
  ...['-O', 'force-command=ls -l /', '-O', 'source-address=10.0.0.0/8,::1/128', '-O', 'verify-required'],
  ...['-O', 'critical:unknown@example.com=1', '-O', 'critical:Flag', '-O', 'no-touch-required'],
  ...['-O', 'extension:login@github.com=alice', '-O', 'extension:z'],
];
write('certificates', {
  accepted: [
    ...NAMES.map((user) => certify(`a certificate for ${user}`, 'ed25519', user, ...PLAIN)),
    ...ORDINARY.map(([ca]) => certify(`a certificate by ${ca}`, ca, 'p256', ...PLAIN)),
    certify('a certificate by rsa3072 with SHA-256', 'rsa3072', 'p256', '-t', 'rsa-sha2-256', ...PLAIN),
    certify('a certificate with all options', 'ed25519', 'ed25519', ...PLAIN, ...ALL_OPTIONS),
    certify('a certificate without extensions', 'ed25519', 'ed25519', ...PLAIN, '-O', 'clear'),
    certify('a certificate that is always valid', 'ed25519', 'ed25519', '-I', 'x', '-n', 'web'),
    certify('a certificate with the last serial', 'ed25519', 'p384', ...PLAIN, '-z', String(2n ** 64n - 1n)),
    certify('a key id of other characters', 'ed25519', 'ed25519', '-I', 'Ä"%20\\☕', '-n', 'web,ü'),
    certify('a start without an end', 'ed25519', 'p521', ...PLAIN, '-V', '20260101:forever'),
    certify('an end without a start', 'ed25519', 'p521', ...PLAIN, '-V', 'always:20380101'),
  ],
  refused: [
    { code: 'unsupported', ...certify('a host certificate', 'ed25519', 'ed25519', ...PLAIN, '-h') },
    { code: 'no_principals', ...certify('no principals', 'ed25519', 'ed25519', '-I', 'x') },
    { code: 'unsupported', ...certify('a signature with SHA-1', 'rsa3072', 'ed25519', ...PLAIN, '-t', 'ssh-rsa') },
    { code: 'weak_key', ...certify('a short RSA authority', 'rsa2048', 'ed25519', ...PLAIN) },
    { code: 'weak_key', ...certify('a short RSA key', 'ed25519', 'rsa2048', ...PLAIN) },
    { code: 'unsupported_key', ...certify('a DSA key', 'ed25519', 'dsa', ...PLAIN) },
  ],
});

/** A revocation list of these lines for each authority, as base64 and as ssh-keygen shows it. */
const revoke = (name, parts, ...options) => {
  for (const [at, [ca, ...lines]] of parts.entries()) {
    writeFileSync(join(folder, 'spec'), lines.map((line) => `${line}\n`).join(''));
    const authority = ca === undefined ? [] : ['-s', ca === 'none' ? ca : `${ca}.pub`];
    keygen('-q', '-k', ...(at > 0 ? ['-u'] : []), '-f', 'krl', ...authority, ...options, 'spec');
  }
  const base64 = readFileSync(join(folder, 'krl')).toString('base64');
  return { name, base64, shown: keygen('-Q', '-l', '-f', 'krl') };
};
const keyLine = (name) => `key: ${read(`${name}.pub`)}`;
const FAR = ['serial: 5000', 'serial: 1000000000', `serial: ${2n ** 64n - 1n}`];
write('krls', {
  accepted: [
    revoke('an empty list', [[undefined]]),
    revoke('a version and a comment', [[undefined]], '-z', '1800000000', '-C', 'of "countersign" ☕'),
    revoke('a range', [['ed25519', `serial: 1-${(1n << 62n) + 7n}`]]),
    revoke('numbers far apart', [['ed25519', ...FAR]]),
    revoke('ranges and numbers', [['ed25519', 'serial: 3', 'serial: 1000-9000000', 'serial: 20000000', ...FAR.slice(1)]]),
    revoke('every kind of authority', ORDINARY.map(([ca], at) => [ca, `serial: 1-${1000 + at}`, FAR[1]])),
    revoke('keys of every kind', [[undefined, ...NAMES.map(keyLine)]]),
    revoke('keys and certificates', [['p521', 'serial: 1-1000', keyLine('ed25519'), keyLine('p256')]]),
  ],
  refused: [
    { code: 'unsupported', ...revoke('numbers for all authorities', [['none', 'serial: 5']]) },
    { code: 'unsupported', ...revoke('a bitmap', [['ed25519', 'serial: 5', 'serial: 7', 'serial: 8']]) },
    { code: 'unsupported', ...revoke('a key id', [['ed25519', 'id: alice']]) },
    { code: 'unsupported', ...revoke('a hash', [[undefined, `sha256: ${read('p256.pub')}`]]) },
    { code: 'unsupported', ...revoke('a SHA-1 hash', [[undefined, `sha1: ${read('p256.pub')}`]]) },
    { code: 'weak_key', ...revoke('a short RSA key', [[undefined, keyLine('rsa2048')]]) },
    { code: 'unsupported_key', ...revoke('a DSA key', [[undefined, keyLine('dsa')]]) },
  ],
});

/** What ssh-agent answers to a list request, empty and with keys, and to a request that it does not know. */
const agent = spawn('ssh-agent', ['-D', '-a', join(folder, 'agent')], { stdio: ['ignore', 'pipe', 'ignore'] });
await once(agent.stdout, 'data');
const ask = async (...request) => {
  const socket = connect(join(folder, 'agent'));
  socket.write(string(Buffer.from(request)));
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return answer.toString('hex');
};
const add = (...args) =>
  execFileSync('ssh-add', ['-q', ...args], { cwd: folder, env: { ...env, SSH_AUTH_SOCK: join(folder, 'agent') } });
const empty = await ask(11);
for (const name of ['ed25519', 'p256', 'rsa3072']) {
  rmSync(join(folder, `${name}-cert.pub`));
  add(name);
}
certify('', 'p384', 'ed25519', ...PLAIN);
add('ed25519');
const listed = ['ed25519', 'p256', 'rsa3072', 'ed25519-cert'].map((name) => read(`${name}.pub`));
write('agent', { empty, identities: await ask(11), lines: listed, failure: await ask(99), success: await ask(19) });
agent.kill();
rmSync(folder, { recursive: true });
