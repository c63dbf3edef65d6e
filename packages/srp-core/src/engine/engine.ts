/**
 * Chooses the engine that computes powers. There are two: *native* (OpenSSL, constant-time in the exponent)
 * where the host has it, and *portable* (BigInt) everywhere.
 *
 * 1. `engineFor(group)` takes the platform's native engine once per group and has it compute known answers.
 * 2. If it refuses or answers wrongly, the portable engine is used for that group from then on.
 */
import { expectFunction, expectObject } from '../argument.ts';
import { expectAnyGroup, type Group } from '../group.ts';
import { nativeEngine } from '../platform.ts';
import { answersRight } from './check.ts';
import type { Engine } from './interface.ts';
import { portableEngine } from './portable.ts';

const CHOSEN = new WeakMap<Group, Engine>();

/** Returns the fastest engine on this host that computes the known answers of this group. */
export function engineFor(group: Group): Engine {
  const engine = CHOSEN.get(expectAnyGroup(group)) ?? chooseEngine(group, nativeEngine);
  CHOSEN.set(group, engine);
  return engine;
}

/**
 * Returns the caller's engine, or the fastest.
 *
 * @throws {TypeError} unless the argument is an engine
 */
export function engineOr(given: Engine | undefined, group: Group): Engine {
  if (given === undefined) return engineFor(group);
  const { power, publicPower, fix } = expectObject('engine', given);
  for (const method of [power, publicPower, fix]) expectFunction('engine', method);
  return given;
}

/** Returns the host's engine if it computes the known answers, otherwise the portable one. */
export function chooseEngine(group: Group, native: Engine | undefined): Engine {
  return native && answersRight(native, group) ? forgiving(native) : portableEngine;
}

/** The native engine, with the portable one for single values that the host refuses. */
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
