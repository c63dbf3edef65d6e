/**
 * The product's pending server state as bytes: what `restoreServer` accepts, and the effect of a changed
 * byte.
 */
import { describe, expect, it } from 'vitest';
import { lengthPrefixed, readLengthPrefixed } from '../src/encoding.ts';
import {
  checkClient,
  type Engine,
  engineFor,
  proveClient,
  restoreServer,
  startClient,
  startServer,
} from '../src/index.ts';
import { multiplier } from '../src/proof.ts';
import { bytes, hex } from './bytes.ts';
import { codeOf, group, password } from './dialect-run.ts';
import { context, proven, seeded, suite, verifier } from './product-run.ts';

const { server, answer } = proven({ a: () => seeded('a'), b: () => seeded('b') });
const { B } = server;
const state = server.toBytes();
const PARTS = ['label', 'suite', 'b', 'v', 'B'] as const;

/** The state with some parts replaced. */
function changed(changes: Partial<Record<(typeof PARTS)[number], Uint8Array>>): Uint8Array {
  const parts = readLengthPrefixed(state) ?? [];
  return lengthPrefixed(...parts.map((part, i) => changes[PARTS[i]!] ?? part));
}

const pad = (n: bigint, length = group.bytes) => bytes(n.toString(16).padStart(2 * length, '0'));

describe('a saved state', () => {
  it('has five parts and resumes the exchange', () => {
    expect(readLengthPrefixed(state)).toHaveLength(PARTS.length);
    expect(changed({})).toEqual(state);
    const restored = restoreServer(state);
    expect(restored.B).toEqual(B);
    expect(checkClient(restored, answer).outcome).toBe('proven');
  });

  it('is refused when truncated anywhere or extended', () => {
    for (let length = 0; length < state.length; length++)
      expect(
        codeOf(() => restoreServer(state.slice(0, length))),
        `${length}`,
      ).toBe('bad_state');
    for (const more of [[0], [0, 0, 0, 0], [0, 0, 0, 1, 7]])
      expect(codeOf(() => restoreServer(Uint8Array.of(...state, ...more)))).toBe('bad_state');
  });

  it('is refused, or proves nothing, with any byte changed', () => {
    // A different bit in each byte.
    let refused = 0;
    for (let i = 0; i < state.length; i++) {
      const copy = state.slice();
      copy[i]! ^= 1 << (i % 8);
      let restored: ReturnType<typeof restoreServer>;
      try {
        restored = restoreServer(copy);
      } catch (error) {
        expect(error, `byte ${i}`).toMatchObject({ name: 'SrpError', code: 'bad_state' });
        refused++;
        continue;
      }
      // B is in the transcript and in u; v and b determine S.
      expect(checkClient(restored, answer), `byte ${i}`).toEqual({ outcome: 'wrong_proof' });
    }
    // The label, the name and all five lengths.
    expect(refused).toBeGreaterThanOrEqual(
      'countersign srp-6a server state 1'.length + suite.name.length + 20,
    );
  });

  const damages: [what: string, changes: Parameters<typeof changed>[0]][] = [
    ['the label of another version', { label: Buffer.from('countersign srp-6a server state 2') }],
    ['the label of a dialect', { label: Buffer.from('countersign srp-6a dialect server state 1') }],
    ['no label', { label: new Uint8Array() }],
    ['a suite that is not on the list', { suite: Buffer.from('1024-sha256') }],
    ['no suite', { suite: new Uint8Array() }],
    ['a suite of another group', { suite: Buffer.from('3072-sha256') }],
    ['a byte order mark before the suite', { suite: Buffer.from(`\ufeff${suite.name}`) }],
    ['no b', { b: new Uint8Array() }],
    ['a b behind a zero byte', { b: pad(2n ** 255n, 33) }],
    ['a b of 0', { b: new Uint8Array(32) }],
    ['a b below 2^128', { b: pad(2n ** 128n - 1n, 16) }],
    ['a b longer than N', { b: new Uint8Array(group.bytes + 1).fill(1) }],
    ...(['v', 'B'] as const).flatMap((name): [string, Parameters<typeof changed>[0]][] => [
      ...[0n, 1n, group.N - 1n, group.N, group.N + 1n].map((n): [string, Parameters<typeof changed>[0]] => [
        `a ${name} of ${hex(pad(n)).slice(-6)}`,
        { [name]: pad(n) },
      ]),
      [`no ${name}`, { [name]: new Uint8Array() }],
      [`a ${name} without its first byte`, { [name]: pad(2n, group.bytes - 1) }],
      [`a ${name} of one byte more`, { [name]: pad(2n, group.bytes + 1) }],
    ]),
  ];

  it.each(damages)('is refused with %s', (_, changes) => {
    expect(codeOf(() => restoreServer(changed(changes)))).toBe('bad_state');
  });

  it.each([
    ['b', 2n ** 128n, 17],
    ['v', 2n, group.bytes],
    ['v', group.N - 2n, group.bytes],
    ['B', 2n, group.bytes],
    ['B', group.N - 2n, group.bytes],
  ] as const)('is taken with %s at the edge of its range', (name, n, length) => {
    expect(codeOf(() => restoreServer(changed({ [name]: pad(n, length) })))).toBeUndefined();
  });

  it('does not depend on the bytes that it was read from', () => {
    const copy = state.slice();
    const restored = restoreServer(copy);
    copy.fill(0);
    expect(restored.B).toEqual(B);
    expect(checkClient(restored, answer).outcome).toBe('proven');
  });
});

describe('a B that the equation makes out of range', () => {
  /** An engine that returns the g^b for which k·v + g^b is the wanted number. */
  function leadingTo(wanted: bigint): Engine {
    const kv = (multiplier(group) * BigInt(`0x${hex(verifier)}`)) % group.N;
    const value = (wanted - kv + group.N) % group.N;
    return { ...engineFor(group), fix: () => ({ value, power: () => 2n }) };
  }

  it.each([0n, 1n, group.N - 1n])('is not sent: case %#', (wanted) => {
    const engine = leadingTo(wanted);
    expect(codeOf(() => startServer({ suite, verifier, engine }))).toBe('bad_public_value');
  });

  it.each([2n, group.N - 2n])('is sent when it is just inside: case %#', (wanted) => {
    const { B: edge } = startServer({ suite, verifier, engine: leadingTo(wanted) });
    expect(edge).toEqual(pad(wanted));
    // The client accepts it too: its own check is not stricter.
    const client = startClient({ group });
    expect(proveClient(client, { context, password, B: edge }).M1).toHaveLength(32);
  });
});
