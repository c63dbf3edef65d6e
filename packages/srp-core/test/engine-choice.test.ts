import { describe, expect, it } from 'vitest';
import { answersRight } from '../src/engine/check.ts';
import { chooseEngine } from '../src/engine/engine.ts';
import { type Engine, findGroup, nativeEngine, portableEngine } from '../src/index.ts';
import { ALL_GROUPS } from './groups.ts';

const group = findGroup('2048')!;
const exponent = 2n ** 256n - 189n;
/** OpenSSL refuses bases like this one, a non-square, in groups that it recognises. */
const base = group.N - 4n;
const answer = portableEngine.power(group, base, exponent);
const host = nativeEngine!;

/** The host's engine with some methods replaced. */
function faulty(changes: Partial<Engine>): Engine {
  return { ...host, ...changes };
}

function refuse(): never {
  throw new Error('unsupported');
}

describe.each(ALL_GROUPS)('the known answers of group $name', (each) => {
  it('are the same for both engines', () => {
    expect(answersRight(portableEngine, each)).toBe(true);
    expect(answersRight(host, each)).toBe(true);
  });
});

describe('an unreliable host', () => {
  it.each([
    ['refuses everything', faulty({ power: refuse, publicPower: refuse, fix: refuse })],
    ['refuses secret powers', faulty({ power: refuse })],
    ['refuses public powers', faulty({ publicPower: refuse })],
    [
      'is off by one in powers of g',
      faulty({ fix: (...a) => ({ ...host.fix(...a), value: host.fix(...a).value + 1n }) }),
    ],
    [
      'is off by one in later powers',
      faulty({ fix: (...a) => ({ ...host.fix(...a), power: (b) => host.fix(...a).power(b) + 1n }) }),
    ],
    ['squares instead', faulty({ power: ({ N }, b) => (b * b) % N })],
    [
      'cuts exponents to 256 bits',
      faulty({ publicPower: (g, b, e) => host.publicPower(g, b, BigInt.asUintN(256, e)) }),
    ],
    ['refuses non-squares', faulty({ fix: (...a) => ({ ...host.fix(...a), power: refuse }) })],
  ])('is not used when it %s', (_, engine) => {
    expect(answersRight(engine, group)).toBe(false);
    expect(chooseEngine(group, engine)).toBe(portableEngine);
  });

  it('is optional', () => {
    expect(chooseEngine(group, undefined)).toBe(portableEngine);
  });

  it('can refuse single values, which the portable engine then computes', () => {
    const known = new Set<bigint>();
    let refusing = false;
    const moody =
      (act: Engine['power']): Engine['power'] =>
      (g, b, e) =>
        refusing ? refuse() : act(g, b, e);
    const engine = chooseEngine(group, {
      name: 'native',
      power: moody(host.power),
      publicPower: moody(host.publicPower),
      fix(...args) {
        if (refusing) refuse();
        const fixed = host.fix(...args);
        return { value: fixed.value, power: (b) => (refusing ? refuse() : fixed.power(b)) };
      },
    });
    expect(engine.name).toBe('native');
    const fixedBefore = engine.fix(group, exponent);
    for (refusing of [false, true]) {
      known.add(engine.power(group, base, exponent));
      known.add(engine.publicPower(group, base, exponent));
      known.add(engine.fix(group, exponent).power(base));
      known.add(fixedBefore.power(base));
    }
    expect([...known]).toEqual([answer]);
  });
});
