import { describe, expect, it } from 'vitest';
import {
  type AgentAddition,
  AgentReplyDecoder,
  decodeCertificate,
  decodeKrl,
  ed25519PublicKey,
  encodeAddRequest,
  encodeKrl,
  encodeRemoveRequest,
  fingerprint,
  formatKeyId,
  formatLine,
  issueCertificate,
  lastSerialOf,
  makeSerial,
  parseCertificate,
  parseKeyId,
  parsePublicKey,
  type RevokedCertificates,
} from '../src/index.ts';
import { decodePublicKey } from '../src/keys/public-key.ts';
import { makePair } from './authority.ts';
import { lineOf } from './vectors.ts';

const WRONG: unknown[] = [undefined, null, 0, 1n, true, '', 'text', [], {}, () => '', Symbol('x')];
const TIME = 1_800_000_000;
const KRL = { version: 1, generatedAt: 1 };
const key = parsePublicKey(lineOf('ed25519'));

/** Writes a list with one section. */
function revoke(change: Partial<RevokedCertificates>): Uint8Array {
  return encodeKrl({ ...KRL, certificates: [{ authority: key, ranges: [], serials: [], ...change }] });
}

/** Writes a request to add a key. */
function add(change: Partial<AgentAddition>): Uint8Array {
  return encodeAddRequest({ identity: key, seed: new Uint8Array(32), comment: '', lifetime: 1, ...change });
}

/** Calls a public function with what its types forbid. */
function call(run: (value: never) => unknown, value: unknown): void {
  run(value as never);
}

const not = (...allowed: string[]) => WRONG.filter((value) => !allowed.includes(typeof value));

describe.each([
  ['decodePublicKey', decodePublicKey, WRONG],
  ['ed25519PublicKey', ed25519PublicKey, WRONG],
  ['parsePublicKey', parsePublicKey, not('string')],
  ['fingerprint', fingerprint, WRONG],
  ['fingerprint, with a key made by hand', (blob: never) => fingerprint({ kind: 'ssh-rsa', blob }), WRONG],
  ['formatLine', formatLine, WRONG],
  ['decodeCertificate', decodeCertificate, WRONG],
  ['parseCertificate', parseCertificate, not('string')],
  ['decodeKrl', decodeKrl, WRONG],
  ['encodeKrl', encodeKrl, WRONG],
  ['encodeKrl, version', (version: never) => encodeKrl({ ...KRL, version }), not('number')],
  ['encodeKrl, generatedAt', (generatedAt: never) => encodeKrl({ ...KRL, generatedAt }), not('number')],
  ['encodeKrl, comment', (comment: never) => encodeKrl({ ...KRL, comment }), not('string', 'undefined')],
  ['encodeKrl, keys', (keys: never) => encodeKrl({ ...KRL, keys: [keys] }), WRONG],
  ['encodeKrl, certificates', (section: never) => encodeKrl({ ...KRL, certificates: [section] }), WRONG],
  ['encodeKrl, authority', (authority: never) => revoke({ authority }), WRONG],
  ['encodeKrl, ranges', (range: never) => revoke({ ranges: [range] }), WRONG],
  ['encodeKrl, range', (first: never) => revoke({ ranges: [{ first, last: '5' }] }), not('string')],
  ['encodeKrl, serials', (serial: never) => revoke({ serials: [serial] }), not('string')],
  [
    'encodeKrl, list of serials',
    (serials: never) => revoke({ serials }),
    WRONG.filter((value) => !Array.isArray(value)),
  ],
  ['encodeAddRequest', encodeAddRequest, WRONG],
  ['encodeAddRequest, identity', (identity: never) => add({ identity }), WRONG],
  ['encodeAddRequest, seed', (seed: never) => add({ seed }), WRONG],
  ['encodeAddRequest, comment', (comment: never) => add({ comment }), not('string')],
  ['encodeAddRequest, lifetime', (lifetime: never) => add({ lifetime }), not('number')],
  ['encodeRemoveRequest', encodeRemoveRequest, WRONG],
  ['AgentReplyDecoder', (bytes: never) => new AgentReplyDecoder().push(bytes), WRONG],
  ['makeSerial', makeSerial, WRONG],
  ['makeSerial, time', (time: never) => makeSerial({ time, randomBits: 0 }), not('number')],
  ['makeSerial, randomBits', (randomBits: never) => makeSerial({ time: TIME, randomBits }), not('number')],
  ['lastSerialOf', lastSerialOf, not('number')],
  ['formatKeyId', formatKeyId, WRONG],
  ['formatKeyId, username', (username: never) => formatKeyId({ username, uid: 'x' }), not('string')],
  ['formatKeyId, uid', (uid: never) => formatKeyId({ username: 'x', uid }), not('string')],
  ['parseKeyId', parseKeyId, not('string')],
  ['formatLine, comment', (comment: never) => formatLine(key, comment), not('string', 'undefined')],
] as const)('%s', (_, run, values) => {
  it.each(values.map((value) => [typeof value, value]))('throws a TypeError for %s %#', (_type, value) => {
    expect(() => call(run, value)).toThrow(TypeError);
  });
});

describe('issueCertificate', () => {
  const { sign, key: authority } = makePair();
  const request = {
    key,
    serial: '1',
    keyId: 'x',
    principals: ['x'],
    validAfter: 1,
    validBefore: 2,
    criticalOptions: [],
    extensions: [],
    authority,
    sign,
    randomBytes: (length: number) => new Uint8Array(length),
  };
  const fields = Object.keys(request) as (keyof typeof request)[];

  it.each(fields)('rejects with a TypeError for the wrong types of %s', async (field) => {
    expect(await issueCertificate(request)).toBeDefined();
    const isOptional = ['criticalOptions', 'extensions', 'randomBytes'].includes(field);
    for (const value of [...WRONG, [null], [0]])
      if (typeof value !== typeof request[field] || value === null)
        if (value !== undefined || !isOptional)
          await expect(
            issueCertificate({ ...request, [field]: value }),
            String(typeof value),
          ).rejects.toThrow(TypeError);
  });

  it.each(WRONG.map((value) => [typeof value, value]))(
    'rejects with a TypeError for %s %#',
    async (_, value) => {
      await expect(issueCertificate(value as never)).rejects.toThrow(TypeError);
    },
  );

  it.each([
    ['principals', [1]],
    ['principals', { length: 1 }],
    ['extensions', [null]],
    ['extensions', [{ name: 1 }]],
    ['extensions', [{ name: 'x', value: 1 }]],
    ['criticalOptions', {}],
    ['randomBytes', () => 'x'.repeat(32)],
    ['sign', () => 'x'.repeat(64)],
    ['key', { kind: 'ssh-rsa', blob: key.blob }],
  ])('rejects with a TypeError for the wrong types inside %s %#', async (field, value) => {
    await expect(issueCertificate({ ...request, [field]: value })).rejects.toThrow(TypeError);
  });
});

describe('values out of range throw a RangeError or TypeError that does not quote them', () => {
  it.each([
    ['31 bytes of Ed25519', () => ed25519PublicKey(new Uint8Array(31))],
    ['a comment of two lines', () => formatLine(key, 'sesame\nssh-rsa AAAA')],
    ['a comment with an escape', () => formatLine(key, 'sesame\u001b[31m')],
    ['a comment of 1,025 bytes', () => formatLine(key, 'sesame'.padEnd(1025))],
    ['a lone surrogate', () => formatLine(key, 'sesame\ud800')],
  ])('%s', (_, run) => {
    expect(run).toThrow(RangeError);
    expect(run).not.toThrow(/sesame/);
  });

  it('a key whose kind is not that of its blob', () => {
    expect(() => fingerprint({ ...key, kind: 'ssh-rsa' })).toThrow(TypeError);
  });
});
