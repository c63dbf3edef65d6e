/**
 * Suites: the names by which client and server agree on a group and on the rule for x. k, u, the transcript
 * and the proofs are always the product's own, since they work with any v = g^x.
 */
import { expectString } from './argument.ts';
import { GROUPS, type Group } from './group.ts';
import { HASH_NAMES, type HashName } from './hash.ts';
import { X_RULES, type XRule } from './x.ts';

/** A group and a rule for x. Only the frozen values from `findSuite` are accepted. */
export interface Suite {
  readonly name: string;
  readonly group: Group;
  readonly hash: HashName;
  readonly x: XRule;
}

const LEGACY_NAME = '2048-legacy-x';
const CURRENT_NAME = '3072-sha256';
/** The x of the current suite under another name, for passwords that were neither prepared nor stretched. */
const UNSTRETCHED_NAME = '3072-sha256-rfc5054-x';
const SUITES = new Map<string, Suite>();
for (const group of GROUPS)
  for (const hash of HASH_NAMES)
    for (const x of X_RULES) add({ name: nameOf(group, hash, x), group, hash, x });

function add(suite: Suite): void {
  SUITES.set(suite.name, Object.freeze(suite));
}

/** `3072-sha256`, `2048-sha512-tssrp6a-x`. The default of python3-srp has a name of its own. */
function nameOf(group: Group, hash: HashName, x: XRule): string {
  if (group.name === '2048' && hash === 'SHA-1' && x === 'pysrp') return LEGACY_NAME;
  const name = `${group.name}-${hash.replace('-', '').toLowerCase()}`;
  return x === 'rfc5054' ? name : `${name}-${x}-x`;
}

/**
 * Returns the suite with this name, or `undefined`. In addition to the two below, there is a suite for every
 * other group, hash and rule of x (such as `2048-sha256-thinbus-x`), for imported accounts. A client should
 * reject those that it does not expect. `3072-sha256-rfc5054-x` has the x of `CURRENT_SUITE`, for accounts
 * whose password was used as typed.
 */
export function findSuite(name: string): Suite | undefined {
  return SUITES.get(expectString('name', name));
}

function suiteNamed(name: string): Suite {
  const suite = SUITES.get(name);
  if (!suite) throw new TypeError(`no suite ${name}`);
  return suite;
}

/** The suite of new accounts: 3072 bits, SHA-256, x = H(s | H(I ":" P)). */
export const CURRENT_SUITE: Suite = suiteNamed(CURRENT_NAME);
add({ ...CURRENT_SUITE, name: UNSTRETCHED_NAME });

/** The suite of accounts from the old system: 2048 bits, SHA-1, x as in python3-srp. */
export const LEGACY_SUITE: Suite = suiteNamed(LEGACY_NAME);

/** Accepts only values returned by `findSuite`: callers cannot supply a prime. */
export function expectSuite(suite: unknown): Suite {
  for (const known of SUITES.values()) if (known === suite) return known;
  throw new TypeError('"suite" expected a suite from findSuite');
}
