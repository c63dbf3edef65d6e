/** Verifiers as other implementations compute, store and send them. */
import { engineOr } from '../engine/engine.ts';
import type { Engine } from '../engine/interface.ts';
import { verifierOf } from '../equations.ts';
import { pad } from '../public-value.ts';
import { type DialectSetting, expectSetting } from './dialect.ts';
import { dialectX, type Person } from './exchange.ts';
import { encode, readSalt, type WireForm, type WireValues } from './wire.ts';

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
  return encode(dialect.wire, 'numbers', pad(group, verifierOf(group, x, engineOr(options.engine, group))));
}
