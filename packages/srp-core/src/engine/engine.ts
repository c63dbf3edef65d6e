/**
 * The seam behind which powers are computed. Two engines: *native* (OpenSSL, constant-time in the exponent) where
 * the host has it, *portable* (BigInt) everywhere.
 *
 * 1. `engineFor(group)` asks the platform for its native engine once per group and makes it compute known answers.
 * 2. A host that refuses, or answers wrongly, is not asked again for that group: the portable engine takes over.
 */
import { expectFunction, expectObject } from '../argument.ts';
import { expectAnyGroup, type Group } from '../group.ts';
import { nativeEngine } from '../platform.ts';
import { answersRight } from './check.ts';
import type { Engine } from './interface.ts';
import { portableEngine } from './portable.ts';

const CHOSEN = new WeakMap<Group, Engine>();

/** The fastest engine of this host that computes known answers right in this group. */
export function engineFor(group: Group): Engine {
  const engine = CHOSEN.get(expectAnyGroup(group)) ?? chooseEngine(group, nativeEngine);
  CHOSEN.set(group, engine);
  return engine;
}

/** The engine that a caller gave, or the fastest. `TypeError` for what is no engine. */
export function engineOr(given: Engine | undefined, group: Group): Engine {
  if (given === undefined) return engineFor(group);
  const { power, publicPower, fix } = expectObject('engine', given);
  for (const method of [power, publicPower, fix]) expectFunction('engine', method);
  return given;
}

/** The host's engine if it has one that computes the known answers, or the portable one. */
export function chooseEngine(group: Group, native: Engine | undefined): Engine {
  return native && answersRight(native, group) ? forgiving(native) : portableEngine;
}

/** The native engine; a single base or exponent that the host will not take goes to the portable one. */
function forgiving(native: Engine): Engine {
  const orPortable = <T>(compute: (engine: Engine) => T): T => {
    try {
      return compute(native);
    } catch {
      return compute(portableEngine);
    }
  };
  return Object.freeze({
    name: 'native',
    power: (group, base, exponent) => orPortable((engine) => engine.power(group, base, exponent)),
    publicPower: (group, base, exponent) => orPortable((engine) => engine.publicPower(group, base, exponent)),
    fix(group, exponent) {
      const { value, power } = orPortable((engine) => engine.fix(group, exponent));
      return {
        value,
        power: (base) =>
          orPortable((engine) => (engine === native ? power(base) : engine.power(group, base, exponent))),
      };
    },
  } satisfies Engine);
}
