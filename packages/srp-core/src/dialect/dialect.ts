/**
 * Dialects: other people's k, u, x, keys, proofs and encodings, for talking to what is deployed. None of them binds
 * the channel; between two programs of yours use the product's own proof (`startClient`, `startServer`).
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

/** Every dialect by its name: `DIALECTS.thinbus`, `DIALECTS['fast-srp-hap']`. */
export const DIALECTS: typeof ENTRIES = freeze(ENTRIES);

/** A dialect whose name is known only at run time: `kind` says which functions it is for. */
export type AnyDialect = Dialect<WireForm, 'proofs'> | Dialect<WireForm, 'premaster'>;

const BY_NAME: ReadonlyMap<string, AnyDialect> = new Map<string, AnyDialect>(Object.entries(ENTRIES));

/** The dialect of that name, or `undefined`. `DIALECTS[name]` knows more about its type. */
export function findDialect(name: string): AnyDialect | undefined {
  return BY_NAME.get(expectString('name', name));
}

/** What both sides of a dialect agree on beforehand; nothing of it may come from the other side. */
export interface DialectSetting<F extends WireForm = WireForm, K extends DialectKind = DialectKind> {
  /** From `DIALECTS` or `findDialect`. */
  readonly dialect: Dialect<F, K>;
  /** From `findGroup`, or from `findMigrationGroup` for the two that are only for what exists already. */
  readonly group: Group;
  /** Some dialects exist with one hash only: `dialect.hashes`. */
  readonly hash: HashName;
}

/** The setting with every part checked: `TypeError` for what is not on a list, `RangeError` for what does not go together. */
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

/** Refuses anything but a value of the table: nobody brings formulas of his own. */
export function expectDialect<D extends Dialect>(dialect: D): D {
  for (const known of BY_NAME.values()) if (known === dialect) return dialect;
  throw new TypeError('"dialect" expected a value of DIALECTS');
}
