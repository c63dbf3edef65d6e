/**
 * Dialects: the k, u, x, keys, proofs and encodings of other implementations, for interoperating with
 * existing deployments. None of them is bound to the channel; between two programs of your own use the
 * product's proof (`startClient`, `startServer`).
 */
import { expectObject, expectString } from '../argument.ts';
import { expectAnyGroup, type Group } from '../group.ts';
import type { HashName } from '../hash.ts';
import { type Dialect, type DialectKind, ENTRIES } from './table.ts';
import type { WireForm } from './wire.ts';

/** A dialect's name. */
export type DialectName = keyof typeof ENTRIES;

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}

/** Every dialect by name: `DIALECTS.thinbus`, `DIALECTS['fast-srp-hap']`. */
export const DIALECTS: typeof ENTRIES = freeze(ENTRIES);

/** A dialect whose name is known only at run time; `kind` tells which functions accept it. */
export type AnyDialect = Dialect<WireForm, 'proofs'> | Dialect<WireForm, 'premaster'>;

const BY_NAME: ReadonlyMap<string, AnyDialect> = new Map<string, AnyDialect>(Object.entries(ENTRIES));

/** Returns the dialect with this name, or `undefined`. `DIALECTS[name]` has a more precise type. */
export function findDialect(name: string): AnyDialect | undefined {
  return BY_NAME.get(expectString('name', name));
}

/** What both sides of a dialect agree on in advance. Never take any of it from the peer. */
export interface DialectSetting<F extends WireForm = WireForm, K extends DialectKind = DialectKind> {
  /** From `DIALECTS` or `findDialect`. */
  readonly dialect: Dialect<F, K>;
  /** From `findGroup`, or from `findMigrationGroup` for the two small groups of existing accounts. */
  readonly group: Group;
  /** One of `dialect.hashes`; some dialects support only one. */
  readonly hash: HashName;
}

/**
 * Checks a setting.
 *
 * @throws {TypeError} for values that are not from the lists
 * @throws {RangeError} for a combination that the dialect does not support
 */
export function expectSetting<F extends WireForm, K extends DialectKind>(
  options: DialectSetting<F, K>,
): DialectSetting<F, K> {
  expectObject('options', options);
  const { hash } = options;
  const dialect = expectDialect(options.dialect);
  const group = expectAnyGroup(options.group);
  if (typeof hash !== 'string') throw new TypeError('"hash" expected the name of a hash');
  if (!dialect.hashes.includes(hash)) throw new RangeError('"hash" expected one of dialect.hashes');
  if (dialect.onlyGroup && dialect.onlyGroup !== group.name)
    throw new RangeError(`"group" expected ${dialect.onlyGroup} bits in this dialect`);
  return { dialect, group, hash };
}

/** Accepts only values of the table: callers cannot supply formulas. */
export function expectDialect<D extends Dialect>(dialect: D): D {
  for (const known of BY_NAME.values()) if (known === dialect) return dialect;
  throw new TypeError('"dialect" expected a value of DIALECTS');
}
