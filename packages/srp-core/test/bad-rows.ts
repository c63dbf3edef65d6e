/** The product's functions and helpers: valid arguments, and values that each parameter must reject. */

import type { Engine } from '../src/index.ts';
import * as srp from '../src/index.ts';
import {
  BAD_NAME,
  BAD_PASSWORD,
  BAD_SALT,
  BAD_STRETCH,
  bytesOf,
  type Case,
  NO_CONTEXT,
  NO_ENGINE,
  NO_GROUP,
  NO_PUBLIC_VALUE,
  NO_START,
  NO_SUITE,
  NOT_BYTES,
  NOT_TEXT,
  notOf,
  SMALL_GROUP,
} from './bad-values.ts';
import { group, identity, password } from './dialect-run.ts';
import { context, proven, salt, seeded, suite, verifier } from './product-run.ts';

/**
 * One parameter of one function: `good` returns valid arguments, created anew for each call so that nothing
 * is used up, and `call` passes them.
 */
export interface Row {
  readonly name: string;
  readonly good: () => Record<string, unknown>;
  readonly call: (fields: never) => unknown;
  readonly bad: Record<string, readonly Case[]>;
}

const right = proven();

export const ROWS: readonly Row[] = [
  {
    name: 'startClient',
    good: () => ({ group }),
    call: srp.startClient,
    bad: { group: [...NO_GROUP, ...SMALL_GROUP], engine: NO_ENGINE },
  },
  {
    name: 'proveClient',
    good: () => ({ start: srp.startClient({ group }), context, password, B: right.server.B }),
    call: ({ start, ...rest }: { start: never }) => srp.proveClient(start, rest as never),
    bad: { start: NO_START, context: NO_CONTEXT, password: BAD_PASSWORD, B: NO_PUBLIC_VALUE },
  },
  {
    name: 'checkServer',
    good: () => {
      const { server, proof, answer } = proven();
      const check = srp.checkClient(server, answer);
      return { proof, M2: 'M2' in check && check.M2 };
    },
    call: ({ proof, M2 }: { proof: never; M2: never }) => srp.checkServer(proof, M2),
    bad: { proof: NO_START, M2: [...NOT_BYTES, ...bytesOf(0, 31, 32, 33)] },
  },
  {
    name: 'startServer',
    good: () => ({ suite, verifier }),
    call: srp.startServer,
    bad: { suite: NO_SUITE, verifier: NO_PUBLIC_VALUE, engine: NO_ENGINE },
  },
  {
    name: 'restoreServer',
    good: () => ({ bytes: proven().server.toBytes() }),
    call: ({ bytes, ...rest }: { bytes: never }) => srp.restoreServer(bytes, rest),
    bad: { bytes: [...NOT_BYTES, ...bytesOf(0, 1, 100, 8193)], engine: NO_ENGINE },
  },
  {
    name: 'checkClient',
    good: () => ({ start: srp.startServer({ suite, verifier }), ...right.answer }),
    call: ({ start, ...rest }: { start: never }) => srp.checkClient(start, rest as never),
    bad: {
      start: NO_START,
      context: NO_CONTEXT,
      A: NO_PUBLIC_VALUE,
      M1: NOT_BYTES,
      claimedBinding: notOf('bytes', 'undefined'),
    },
  },
  {
    name: 'computeVerifier',
    good: () => ({ suite, identity, password, salt }),
    call: srp.computeVerifier,
    bad: {
      suite: NO_SUITE,
      identity: BAD_NAME,
      password: BAD_PASSWORD,
      salt: BAD_SALT,
      engine: NO_ENGINE,
    },
  },
  {
    name: 'checkVerifier',
    good: () => ({ suite, verifier }),
    call: ({ suite, verifier }: { suite: never; verifier: never }) => srp.checkVerifier(suite, verifier),
    bad: { suite: NO_SUITE, verifier: NO_PUBLIC_VALUE },
  },
  {
    name: 'checkPublicValue',
    good: () => ({ group, value: verifier }),
    call: ({ group, value }: { group: never; value: never }) => srp.checkPublicValue(group, value),
    bad: { group: [...NO_GROUP, ...SMALL_GROUP], value: NO_PUBLIC_VALUE },
  },
  {
    name: 'standInVerifier',
    good: () => ({ seed: seeded('seed'), username: 'nobody', suite }),
    call: srp.standInVerifier,
    bad: { seed: [...NOT_BYTES, ...bytesOf(0, 31, 1025)], username: BAD_NAME, suite: NO_SUITE },
  },
  {
    name: 'stretchPassword',
    good: () => ({ password, salt, stretch: { name: 'argon2id', m: 8, t: 1, p: 1 } }),
    call: srp.stretchPassword,
    bad: {
      password: BAD_PASSWORD,
      salt: [...NOT_BYTES, ...bytesOf(0, 7, 1025)],
      stretch: BAD_STRETCH,
    },
  },
  {
    name: 'isStrongEnough',
    good: () => ({ stretch: { name: 'none' } }),
    call: ({ stretch }: { stretch: never }) => srp.isStrongEnough(stretch),
    bad: { stretch: BAD_STRETCH },
  },
  ...[srp.findGroup, srp.findMigrationGroup, srp.findSuite].map(
    (find): Row => ({
      name: find.name,
      good: () => ({ name: 'one that nobody has' }),
      call: ({ name }: { name: never }) => find(name),
      bad: { name: NOT_TEXT },
    }),
  ),
  {
    name: 'sameStretch',
    good: () => ({ a: { name: 'none' }, b: srp.DEFAULT_STRETCH }),
    call: ({ a, b }: { a: never; b: never }) => srp.sameStretch(a, b),
    bad: { a: BAD_STRETCH, b: BAD_STRETCH },
  },
  {
    name: 'rawPassword',
    good: () => ({ text: 'correct horse' }),
    call: ({ text }: { text: never }) => srp.rawPassword(text),
    bad: { text: BAD_NAME },
  },
  ...[srp.preparePassword, srp.prepareNewPassword, srp.prepareUsername, srp.isCanonicalUsername].map(
    (read): Row => ({
      name: read.name,
      good: () => ({ text: 'correct horse' }),
      call: ({ text }: { text: never }) => read(text),
      bad: { text: NOT_TEXT },
    }),
  ),
  ...[srp.readTpasswdRow, srp.readSrpvfileRow].map(
    (read): Row => ({
      name: read.name,
      good: () => ({ text: '' }),
      call: ({ text }: { text: never }) => read(text),
      bad: { text: NOT_TEXT },
    }),
  ),
  {
    name: 'engineFor',
    good: () => ({ group }),
    call: ({ group }: { group: never }) => srp.engineFor(group),
    bad: { group: NO_GROUP },
  },
  ...[srp.portableEngine, srp.nativeEngine]
    .filter((engine): engine is Engine => engine !== undefined)
    .flatMap((engine) => {
      const base: Case[] = [...notOf('bigint'), ['0', 0n], ['1', 1n], ['N-1', group.N - 1n], ['-2', -2n]];
      const exponent: Case[] = [...notOf('bigint'), ['0', 0n], ['-1', -1n], ['long', 1n << 4096n]];
      return [
        ...(['power', 'publicPower'] as const).map(
          (name): Row => ({
            name: `${name} of the ${engine.name} engine`,
            good: () => ({ group, base: 3n, exponent: 5n }),
            call: (fields: { group: never; base: never; exponent: never }) =>
              engine[name](fields.group, fields.base, fields.exponent),
            bad: { group: NO_GROUP, base, exponent },
          }),
        ),
        {
          name: `fix of the ${engine.name} engine`,
          good: () => ({ group, exponent: 5n, base: 3n }),
          call: (fields: { group: never; base: never; exponent: never }) =>
            engine.fix(fields.group, fields.exponent).power(fields.base),
          bad: { group: NO_GROUP, base, exponent },
        } satisfies Row,
      ];
    }),
];
