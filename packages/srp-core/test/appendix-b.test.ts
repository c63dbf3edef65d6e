import { describe, expect, it } from 'vitest';
import { minimal, toNumber, utf8 } from '../src/encoding.ts';
import { clientSecret, serverPublic, serverSecret, verifierOf } from '../src/equations.ts';
import { digest } from '../src/hash.ts';
import { engineFor, findMigrationGroup, portableEngine } from '../src/index.ts';
import { pad } from '../src/public-value.ts';
import { computeX } from '../src/x.ts';
import { bytes, hex } from './bytes.ts';
import vector from './vectors/rfc5054-appendix-b.json' with { type: 'json' };

const group = findMigrationGroup('migration-1024')!;

describe.each([engineFor(group), portableEngine])('RFC 5054, Appendix B, $name engine', (engine) => {
  const number = (text: string) => toNumber(bytes(text));
  const k = toNumber(digest('SHA-1', pad(group, group.N), pad(group, group.g)));
  const input = { hash: 'SHA-1', salt: bytes(vector.s), identity: vector.I } as const;
  const x = computeX('rfc5054', { ...input, password: utf8(vector.P) });
  const u = toNumber(digest('SHA-1', bytes(vector.A), bytes(vector.B)));
  const b = engine.fix(group, number(vector.b));

  it('has k, x and u', () => {
    expect(hex(minimal(k))).toBe(vector.k);
    expect(hex(minimal(x))).toBe(vector.x);
    expect(hex(minimal(u))).toBe(vector.u);
  });

  it('has v, A and B', () => {
    const v = verifierOf(group, x, engine);
    expect(hex(pad(group, v))).toBe(vector.v);
    expect(hex(pad(group, engine.power(group, group.g, number(vector.a))))).toBe(vector.A);
    expect(hex(pad(group, serverPublic(group, k, v, b)))).toBe(vector.B);
  });

  it('has the same premaster secret on both sides', () => {
    const client = clientSecret(group, { B: number(vector.B), k, u, x, a: number(vector.a) }, engine);
    const server = serverSecret(group, { A: number(vector.A), v: number(vector.v), u, b }, engine);
    expect(hex(pad(group, client))).toBe(vector.premaster_secret);
    expect(hex(pad(group, server))).toBe(vector.premaster_secret);
  });
});
