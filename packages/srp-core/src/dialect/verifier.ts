/** Verifiers as other implementations compute, store and send them. */
import { engineOr } from '../engine/engine.ts';
import type { Engine } from '../engine/interface.ts';
import { verifierOf } from '../equations.ts';
import { formulasOf } from './dialect.ts';
import type { DialectSetting, Person } from './formulas.ts';
import { readSalt, type WireForm, type WireValues } from './wire.ts';

/** Returns v = g^x in the dialect's encoding, for registration with a server that speaks the dialect. */
export function computeDialectVerifier<F extends WireForm>(
  options: DialectSetting<F> &
    Person & {
      /** The salt in the dialect's encoding, at most 1024 bytes. */
      readonly salt: WireValues[F];
      readonly engine?: Engine | undefined;
    },
): WireValues[F] {
  const formulas = formulasOf(options);
  const { group, dialect } = formulas;
  const x = formulas.x(options, readSalt(dialect.wire, options.salt));
  return formulas.write(verifierOf(group, x, engineOr(options.engine, group)));
}
