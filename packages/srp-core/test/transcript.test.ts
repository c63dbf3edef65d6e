/**
 * What both sides must agree on before either trusts the other, part by part, and the limits of each part.
 */
import { describe, expect, it } from 'vitest';
import {
  checkClient,
  findSuite,
  proveClient,
  startClient,
  startServer,
  type TranscriptContext,
} from '../src/index.ts';
import { transcriptHash } from '../src/transcript.ts';
import { hex } from './bytes.ts';
import { codeOf, group, password, wrong } from './dialect-run.ts';
import { context, proven, seeded, suite, verifier } from './product-run.ts';

const { server, answer } = proven({ a: () => seeded('a'), b: () => seeded('b') });
const { B } = server;
const state = { A: answer.A, M1: answer.M1 };

/** A server that has just sent the B of `answer`. */
function waiting() {
  return startServer({ suite, verifier, randomBytes: () => seeded('b') });
}

/** Runs both halves with this context: each must fail with the same error class, and use nothing up. */
function refusals(changes: object): unknown[] {
  const changed = { ...context, ...changes };
  const client = startClient({ group });
  const other = waiting();
  const errors = [
    () => proveClient(client, { context: changed, password, B }),
    () => checkClient(other, { context: changed, ...state }),
  ].map((act) => {
    try {
      return act();
    } catch (error) {
      return error;
    }
  });
  expect(proveClient(client, { context, password, B }).M1).toHaveLength(32);
  expect(checkClient(other, { context, ...state }).outcome).toBe('proven');
  return errors;
}

describe('the limits of a context', () => {
  const outside: [string, object, string][] = [
    ...[0, 1, 12, 31, 33, 64].map((length): [string, object, string] => [
      `a binding of ${length} bytes`,
      { binding: new Uint8Array(length).fill(7) },
      `"context.binding" expected 32 bytes, got length=${length}`,
    ]),
    ['an empty salt', { salt: new Uint8Array() }, '"context.salt" expected 1 to 1024 bytes, got length=0'],
    [
      'a salt of 1025 bytes',
      { salt: new Uint8Array(1025) },
      '"context.salt" expected 1 to 1024 bytes, got length=1025',
    ],
    ...(['username', 'identity'] as const).map((name): [string, object, string] => [
      `a ${name} of 1025 characters`,
      { [name]: 'x'.repeat(1025) },
      `"context.${name}" expected at most 1024 characters, got length=1025`,
    ]),
  ];

  it.each(outside)('reject %s', (_, changes, message) => {
    for (const error of refusals(changes)) {
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toHaveProperty('message', message);
    }
  });

  it('accept the longest values', () => {
    const salt = new Uint8Array(1024).fill(1);
    const longest = { ...context, username: 'x'.repeat(1024), salt };
    const { M1 } = proveClient(startClient({ group }), { context: longest, password, B });
    expect(M1).toHaveLength(32);
  });
});

describe('a context with the suite of another start', () => {
  const of3072 = findSuite('3072-sha256')!;
  const sameGroup = findSuite('2048-sha512')!;

  it('is refused by a client of another group', () => {
    const client = startClient({ group });
    const challenge = { context: { ...context, suite: of3072 }, password, B };
    expect(() => proveClient(client, challenge)).toThrow('"context.suite" expected the group of startClient');
  });

  it.each([of3072, sameGroup])('is refused by a server: $name', (other) => {
    const changed = { context: { ...context, suite: other }, ...state };
    expect(() => checkClient(waiting(), changed)).toThrow(
      '"context.suite" expected the suite of startServer',
    );
  });
});

describe('every part', () => {
  const changes: Partial<TranscriptContext>[] = [
    { username: 'alicf' },
    { username: '' },
    { identity: 'alicf' },
    { suite: findSuite('2048-sha512')! },
    { salt: Uint8Array.of(...context.salt, 0) },
    { salt: context.salt.slice(1) },
    { stretch: { name: 'argon2id', m: 65_536, t: 3, p: 4 } },
    { binding: seeded('another binding') },
  ];

  it.each(changes)('is part of T: case %#', (change) => {
    const T = transcriptHash(context, answer.A, B);
    expect(hex(transcriptHash({ ...context, ...change }, answer.A, B))).not.toBe(hex(T));
    const { suite: changedSuite, ...rest } = change;
    if (changedSuite) return;
    expect(checkClient(waiting(), { context: { ...context, ...rest }, ...state })).toEqual({
      outcome: 'wrong_proof',
    });
  });

  it('has its own place in T', () => {
    const swapped = [
      transcriptHash({ ...context, username: 'alice', identity: 'bob' }, answer.A, B),
      transcriptHash({ ...context, username: 'bob', identity: 'alice' }, answer.A, B),
      transcriptHash(context, answer.A, B),
      transcriptHash(context, B, answer.A),
    ];
    expect(new Set(swapped.map(hex)).size).toBe(swapped.length);
  });
});

describe('a binding that the client claims', () => {
  const other = seeded('the binding of a relay');
  const seenByClient = { ...context, binding: other };
  /**
   * The proofs over the server's own channel and over the claimed one, with the correct password and with a
   * wrong one.
   */
  function proofOver(seen: TranscriptContext, guess = password) {
    const client = startClient({ group });
    const { A } = client;
    return { context, A, M1: proveClient(client, { context: seen, password: guess, B }).M1 };
  }

  it.each([
    ['its own, the proof over it', context, password, context.binding, 'proven'],
    ['another, the proof over its own', context, password, other, 'proven'],
    ['another, the proof over that', seenByClient, password, other, 'channel_mismatch'],
    ['none, the proof over another', seenByClient, password, undefined, 'wrong_proof'],
    ['its own, the proof over another', seenByClient, password, context.binding, 'wrong_proof'],
    ['a third, the proof over another', seenByClient, password, seeded('a third'), 'wrong_proof'],
    ['another, the password wrong', seenByClient, wrong, other, 'wrong_proof'],
    ['its own, the password wrong', context, wrong, context.binding, 'wrong_proof'],
    ['one of 31 bytes, the proof over its own', context, password, other.slice(1), 'proven'],
    ['one of 31 bytes, the proof over another', seenByClient, password, other.slice(1), 'wrong_proof'],
    ['one of no bytes', seenByClient, password, new Uint8Array(), 'wrong_proof'],
  ] as const)('is %s', (_, seen, guess, claimedBinding, outcome) => {
    const check = checkClient(waiting(), { ...proofOver(seen, guess), claimedBinding });
    expect(check.outcome).toBe(outcome);
    // M2 and the key belong to the server's own channel, and only a correct proof over it reveals them.
    expect(Object.keys(check)).toEqual(outcome === 'proven' ? ['outcome', 'M2', 'sessionKey'] : ['outcome']);
  });

  it('yields the M2 and the key of the server’s own channel when M1 matches it', () => {
    const claimed = checkClient(waiting(), { context, ...state, claimedBinding: other });
    expect(claimed).toEqual(checkClient(waiting(), { context, ...state }));
  });

  it('does not make a used B valid again', () => {
    const used = waiting();
    checkClient(used, { ...proofOver(seenByClient), claimedBinding: other });
    expect(codeOf(() => checkClient(used, { context, ...state }))).toBe('already_used');
  });
});
