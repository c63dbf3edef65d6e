import { describe, expect, it } from 'vitest';
import { ed25519PublicKey, fingerprint, formatLine, parsePublicKey } from '../src/index.ts';
import { KEY_KINDS } from '../src/keys/kind.ts';
import { decodePublicKey } from '../src/keys/public-key.ts';
import { refusal, refusalOf } from './refusal.ts';
import { keyVectors, lineOf } from './vectors.ts';

const bare = (line: string) => line.split(' ').slice(0, 2).join(' ');

describe('public keys of ssh-keygen', () => {
  it('include every kind', () => {
    const kinds = keyVectors.accepted.map(({ line }) => parsePublicKey(line).kind);
    expect(new Set(kinds)).toEqual(new Set(KEY_KINDS));
  });

  it.each(keyVectors.accepted)('$name is read, written and shown as ssh-keygen does', (row) => {
    const key = parsePublicKey(row.line);
    expect(key.kind).toBe(row.line.split(' ')[0]);
    expect(fingerprint(key)).toBe(row.fingerprint);
    expect(formatLine(key)).toBe(bare(row.line));
    expect(formatLine(key, row.line.split(' ').slice(2).join(' '))).toBe(row.line);
    expect(decodePublicKey(key.blob)).toEqual(key);
  });

  it.each([
    ['rsa2048', 'weak_key'],
    ['dsa', 'unsupported_key'],
  ])('%s is refused with advice that can be pasted', (name, code) => {
    const error = refusalOf(() => parsePublicKey(lineOf(name)));
    expect(error?.code).toBe(code);
    expect(error?.message).toContain('ssh-keygen -t ed25519');
  });
});

describe('a line', () => {
  const line = lineOf('ed25519');

  it.each([
    ['with a line break', `${line}\n`],
    ['with a line break of Windows', `${line}\r\n`],
    ['without a comment', bare(line)],
    ['with a tab and several spaces', line.replaceAll(' ', ' \t ')],
    ['with spaces around it', `  ${line}  `],
    ['with a comment of several words', `${line} and more, "quoted" ☕`],
    ['with a comment that sounds private', `${line} PRIVATE KEY of alice`],
  ])('is read %s', (_, text) => {
    expect(formatLine(parsePublicKey(text))).toBe(bare(line));
  });

  it.each([
    `restrict ${line}`,
    `cert-authority ${line}`,
    `command="echo ssh-ed25519 x",no-pty ${line}`,
    `from="10.0.0.0/8" ${line}`,
    `restrict ${lineOf('dsa')}`,
  ])('with options is refused, so that no restriction gets lost: %#', (text) => {
    expect(refusal(() => parsePublicKey(text))).toBe('has_options');
  });

  it.each([
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n',
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----BEGIN ENCRYPTED PRIVATE KEY-----',
    'PuTTY-User-Key-File-3: ssh-ed25519\n',
    '\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ',
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${'A'.repeat(100_000)}`,
  ])('of a private key is refused by name: %#', (text) => {
    const error = refusalOf(() => parsePublicKey(text));
    expect(error?.code).toBe('private_key');
    expect(error?.message).toContain('.pub');
  });

  it.each([
    ['nothing', '', 'malformed'],
    ['white space', ' \n', 'malformed'],
    ['a comment', '# alice', 'malformed'],
    ['a word', 'alice', 'malformed'],
    ['a page', '<!doctype html> <html>', 'malformed'],
    ['a kind alone', 'ssh-ed25519', 'malformed'],
    ['two keys', `${line}\n${line}`, 'malformed'],
    ['a key broken over two lines', `${line.slice(0, 40)}\n${line.slice(40)}`, 'malformed'],
    ['the form of RFC 4716', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA', 'malformed'],
    ['the form of PKCS #8', '-----BEGIN PUBLIC KEY-----\nMCow', 'malformed'],
    ['16,385 characters', line.padEnd(16_385, 'x'), 'too_long'],
    ['10 MB', 'x'.repeat(10_000_000), 'too_long'],
    ['a kind that does not exist yet', `ssh-mldsa44@openssh.com ${line.split(' ')[1]}`, 'unsupported_key'],
    ['Ed448', `ssh-ed448 ${line.split(' ')[1]}`, 'unsupported_key'],
    ['a certificate', `ssh-ed25519-cert-v01@openssh.com ${line.split(' ')[1]}`, 'unsupported_key'],
    ['a blob of another kind', line.replace('ssh-ed25519', 'ssh-rsa'), 'malformed'],
  ])('is refused if it holds %s', (_, text, code) => {
    expect(refusal(() => parsePublicKey(text))).toBe(code);
  });

  it('has one base64 for each key', () => {
    const [name = '', text = ''] = lineOf('sk-p256').split(' ');
    expect(text).toMatch(/=$/);
    for (const other of [
      text.replace(/=+$/, ''),
      `${text}=`,
      text.replace('+', '-').replace('/', '_'),
      text.replace(/.=$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}=`),
      `${text.slice(0, 20)}\u00a0${text.slice(20)}`,
      text.slice(0, -4),
      `${text.slice(0, -4)}====`,
    ])
      if (other !== text)
        expect(
          refusal(() => parsePublicKey(`${name} ${other}`)),
          other,
        ).toBe('malformed');
  });

  it('never appears in a message', () => {
    for (const text of [
      'sesame',
      `sesame ${line}`,
      'ssh-ed25519 sesame',
      'ssh-sesame AAAA',
      `${line}\nsesame`,
    ]) {
      const error = refusalOf(() => parsePublicKey(text));
      expect(`${error?.message} ${String(error?.cause)}`).not.toContain('sesame');
      expect(error).toBeDefined();
    }
  });
});

it('makes an Ed25519 key from its 32 bytes', () => {
  const key = parsePublicKey(lineOf('ed25519'));
  expect(ed25519PublicKey(key.blob.subarray(-32))).toEqual(key);
});
