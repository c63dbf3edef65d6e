/**
 * Dialects: the k, u, x, keys, proofs and encodings of other implementations, for interoperating with
 * existing deployments. None of them is bound to the channel; between two programs of your own use the
 * product's proof (`startClient`, `startServer`).
 */
import { expectObject } from '../argument.ts';
import { expectAnyGroup } from '../group.ts';
import { type DialectSetting, Formulas } from './formulas.ts';
import { type Dialect, type DialectKind, ENTRIES } from './table.ts';
import type { WireForm } from './wire.ts';

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}

/** Every dialect by name: `DIALECTS.thinbus`, `DIALECTS['fast-srp-hap']`. */
export const DIALECTS: typeof ENTRIES = freeze(ENTRIES);

/**
 * Checks a setting and returns its formulas.
 *
 * @throws {TypeError} for values that are not from the lists
 * @throws {RangeError} for a combination that the dialect does not support
 */
export function formulasOf<F extends WireForm, K extends DialectKind>(
  options: DialectSetting<F, K>,
): Formulas<F, K> {
  expectObject('options', options);
  const { hash } = options;
  const dialect = expectDialect(options.dialect);
  const group = expectAnyGroup(options.group);
  if (typeof hash !== 'string') throw new TypeError('"hash" expected the name of a hash');
  if (!dialect.hashes.includes(hash)) throw new RangeError('"hash" expected one of dialect.hashes');
  if (dialect.onlyGroup && dialect.onlyGroup !== group.name)
    throw new RangeError(`"group" expected ${dialect.onlyGroup} bits in this dialect`);
  return new Formulas({ dialect, group, hash });
}

/** Accepts only values of the table: callers cannot supply formulas. */
function expectDialect<D extends Dialect>(dialect: D): D {
  const known: readonly Dialect[] = Object.values(DIALECTS);
  if (known.includes(dialect)) return dialect;
  throw new TypeError('"dialect" expected a value of DIALECTS');
}
