import { describe, expect, it } from 'vitest';
import { encodeSigned } from '../src/certificate/issue.ts';
import {
  type Certificate,
  decodeCertificate,
  formatLine,
  issueCertificate,
  makeSerial,
  parseCertificate,
  parsePublicKey,
} from '../src/index.ts';
import { makePair } from './authority.ts';
import { join, string } from './blobs.ts';
import { refusal } from './refusal.ts';
import { shownAs } from './shown.ts';
import { lineOf, vectors } from './vectors.ts';

interface CertificateRow {
  name: string;
  line: string;
  shown: string;
}
const { accepted, refused } = vectors<{
  accepted: CertificateRow[];
  refused: (CertificateRow & { code: string })[];
}>('certificates');

/** The whole certificate, encoded from its fields; only the signature is taken over. */
function encodeAgain(certificate: Certificate): Uint8Array {
  const signed = encodeSigned(certificate, certificate.nonce);
  const { algorithm, bytes } = certificate.signature;
  return join(signed, string(join(algorithm, string(bytes))));
}

describe('certificates of ssh-keygen', () => {
  it.each(accepted)('$name: every field is as ssh-keygen shows it', ({ line, shown }) => {
    expect(shownAs(parseCertificate(line))).toBe(shown);
  });

  it.each(accepted)('$name is encoded to the same bytes', ({ line }) => {
    const certificate = parseCertificate(line);
    expect(encodeAgain(certificate)).toEqual(certificate.blob);
    expect(formatLine(certificate)).toBe(line.split(' ').slice(0, 2).join(' '));
    expect(decodeCertificate(certificate.blob)).toEqual(certificate);
  });

  it('are for the keys that they name', () => {
    const rows = accepted.filter(({ name }) => name.startsWith('a certificate for '));
    expect(rows).toHaveLength(8);
    for (const { name, line } of rows)
      expect(parseCertificate(line).key).toEqual(parsePublicKey(lineOf(name.split(' ').at(-1) ?? '')));
  });

  it.each(refused)('$name is refused as $code', ({ line, code }) => {
    expect(refusal(() => parseCertificate(line))).toBe(code);
  });
});

describe('issueCertificate', () => {
  const user = makePair();
  const authority = makePair();
  const request = {
    key: user.key,
    serial: makeSerial({ time: 1_800_000_000, randomBits: 7 }),
    keyId: 'alice#Zm9v',
    principals: ['web'],
    validAfter: 1_800_000_000,
    validBefore: 1_800_036_000,
    authority: authority.key,
    sign: authority.sign,
  };

  it('returns what it was given, signed by the authority', async () => {
    const certificate = await issueCertificate(request);
    expect(certificate).toMatchObject({
      key: user.key,
      serial: request.serial,
      keyId: 'alice#Zm9v',
      principals: ['web'],
      validAfter: 1_800_000_000,
      validBefore: 1_800_036_000,
      criticalOptions: [],
      extensions: [],
      authority: authority.key,
    });
    expect(certificate.nonce).toHaveLength(32);
    expect(authority.verify(certificate.signed, certificate.signature.bytes)).toBe(true);
    expect(user.verify(certificate.signed, certificate.signature.bytes)).toBe(false);
  });

  it.each(['ed25519', 'p256', 'p384', 'p521', 'rsa3072', 'rsa4096', 'sk-ed25519', 'sk-p256'])(
    'certifies a key of kind %s',
    async (name) => {
      const key = parsePublicKey(lineOf(name));
      const certificate = await issueCertificate({ ...request, key });
      expect(parseCertificate(formatLine(certificate, 'alice')).key).toEqual(key);
    },
  );

  it('sorts options in byte order, capitals first', async () => {
    const names = ['permit-user-rc', 'permit-pty', 'permit-X11-forwarding', 'permit-agent-forwarding', 'a@b'];
    const certificate = await issueCertificate({
      ...request,
      criticalOptions: [
        { name: 'source-address', value: '::1/128' },
        { name: 'force-command', value: '' },
      ],
      extensions: names.map((name) => ({ name })),
    });
    expect(certificate.extensions.map(({ name }) => name)).toEqual([
      'a@b',
      'permit-X11-forwarding',
      'permit-agent-forwarding',
      'permit-pty',
      'permit-user-rc',
    ]);
    expect(certificate.criticalOptions).toEqual([
      { name: 'force-command', value: '' },
      { name: 'source-address', value: '::1/128' },
    ]);
  });

  it('refuses an empty list of principals, which would be valid for any user (CVE-2024-7594)', async () => {
    let signatures = 0;
    const sign = (message: Uint8Array) => {
      signatures++;
      return authority.sign(message);
    };
    await expect(issueCertificate({ ...request, principals: [], sign })).rejects.toMatchObject({
      code: 'no_principals',
    });
    expect(signatures).toBe(0);
  });

  it('draws a new nonce each time, so that no two signed messages are equal', async () => {
    const [one, other] = [await issueCertificate(request), await issueCertificate(request)];
    expect(one.nonce).not.toEqual(other.nonce);
  });

  it('waits for a signature from elsewhere', async () => {
    const sign = async (message: Uint8Array) => authority.sign(message);
    expect((await issueCertificate({ ...request, sign })).signature.bytes).toHaveLength(64);
  });

  it('refuses a certificate that would be over the limit', async () => {
    const principals = Array.from({ length: 60 }, (_, at) => `${at}`.padEnd(200, 'x'));
    await expect(issueCertificate({ ...request, principals })).rejects.toMatchObject({ code: 'too_long' });
  });

  it.each([
    ['a serial of 0, which cannot be revoked', { serial: '0' }],
    ['a serial with a leading zero', { serial: '01' }],
    ['a serial of 65 bits', { serial: String(2n ** 64n) }],
    ['a negative serial', { serial: '-1' }],
    ['an empty principal', { principals: [''] }],
    ['a principal with a line break', { principals: ['web\nroot'] }],
    ['a principal of 256 bytes', { principals: ['x'.repeat(256)] }],
    ['257 principals', { principals: Array.from({ length: 257 }, (_, at) => `r${at}`) }],
    ['a key id with a line break', { keyId: 'alice\nAccepted' }],
    ['a key id of 1,025 bytes', { keyId: 'x'.repeat(1025) }],
    ['an end that is not after its start', { validBefore: request.validAfter }],
    ['a start below zero', { validAfter: -1 }],
    ['a fraction of a second', { validBefore: request.validBefore + 0.5 }],
    ['an endless start', { validAfter: Number.POSITIVE_INFINITY, validBefore: Number.POSITIVE_INFINITY }],
    ['an end that is not a number', { validBefore: Number.NaN }],
    ['an option twice', { extensions: [{ name: 'permit-pty' }, { name: 'permit-pty' }] }],
    ['an option without a name', { extensions: [{ name: '' }] }],
    ['an option with a comma', { extensions: [{ name: 'a,b' }] }],
    [
      'an option with a control character',
      { criticalOptions: [{ name: 'force-command', value: 'a\u0000b' }] },
    ],
    ['65 options', { extensions: Array.from({ length: 65 }, (_, at) => ({ name: `o${at}` })) }],
    ['a nonce of another length', { randomBytes: () => new Uint8Array(31) }],
    ['a signature of another length', { sign: () => new Uint8Array(63) }],
  ])('throws a RangeError for %s', async (_, change) => {
    await expect(issueCertificate({ ...request, ...change })).rejects.toThrow(RangeError);
  });

  it('throws a TypeError for an authority that is not Ed25519', async () => {
    const key = parsePublicKey(lineOf('p256'));
    await expect(issueCertificate({ ...request, authority: key })).rejects.toThrow(TypeError);
  });

  it('passes on what the signer throws', async () => {
    const sign = () => Promise.reject(new Error('the token was removed'));
    await expect(issueCertificate({ ...request, sign })).rejects.toThrow('the token was removed');
  });
});
