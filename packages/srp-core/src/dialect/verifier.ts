/** Verifiers as other implementations compute, store and send them. */

import { engineOr } from '../engine/engine.ts';
import type { Engine } from '../engine/interface.ts';
import { verifierOf } from '../equations.ts';
import { SrpError } from '../errors.ts';
import { pad } from '../public-value.ts';
import { verifierNumber } from '../verifier.ts';
import { type DialectSetting, expectSetting } from './dialect.ts';
import { dialectX, type Person } from './exchange.ts';
import { readNumber, readSalt, type WireForm, type WireValues, writeNumber } from './wire.ts';

/** Returns v = g^x in the dialect's encoding, for registration with a server that speaks the dialect. */
export function computeDialectVerifier<F extends WireForm>(
  options: DialectSetting<F> &
    Person & {
      /** The salt in the dialect's encoding, at most 1024 bytes. */
      readonly salt: WireValues[F];
      readonly engine?: Engine | undefined;
    },
): WireValues[F] {
  const setting = expectSetting(options);
  const { group, dialect } = setting;
  const x = dialectX(setting, options, readSalt(dialect.wire, options.salt));
  return writeNumber(dialect.wire, pad(group, verifierOf(group, x, engineOr(options.engine, group))));
}

/**
 * Reads a stored verifier.
 *
 * @throws {SrpError} bad_verifier
 */
export function readDialectVerifier({ dialect, group }: DialectSetting, verifier: unknown): bigint {
  const bytes = readNumber(dialect.wire, 'verifier', verifier, group.bytes);
  if (!bytes) throw new SrpError('bad_verifier', 'verifier is not in the encoding of the dialect');
  return verifierNumber(group, bytes);
}
