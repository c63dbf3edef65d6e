import { describe, expect, it } from 'vitest';
import { decodePublicKey, ed25519PublicKey, fingerprint, formatLine, parsePublicKey } from '../src/index.ts';
import { lineOf } from './vectors.ts';

const WRONG: unknown[] = [undefined, null, 0, 1n, true, '', 'text', [], {}, () => '', Symbol('x')];
const key = parsePublicKey(lineOf('ed25519'));

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
  ['formatLine, comment', (comment: never) => formatLine(key, comment), not('string', 'undefined')],
] as const)('%s', (_, run, values) => {
  it.each(values.map((value) => [typeof value, value]))('throws a TypeError for %s %#', (_type, value) => {
    expect(() => call(run, value)).toThrow(TypeError);
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
