/**
 * Suites: the names by which client and server agree on a group and on how x is made, and on nothing else. k, u,
 * the transcript and the proofs are always the product's own, since any v = g^x fits them.
 */
import { expectString } from './argument.ts';
import { findGroup, GROUP_NAMES, type Group } from './group.ts';
import { HASH_NAMES, type HashName } from './hash.ts';
import { X_RULES, type XRule } from './x.ts';

/** A group and how x is made. Only the frozen values that `findSuite` knows are taken. */
export interface Suite {
  readonly name: string;
  readonly group: Group;
  readonly hash: HashName;
  readonly x: XRule;
}

const LEGACY_NAME = '2048-legacy-x';
const CURRENT_NAME = '3072-sha256';
/** x of the current suite under another name: of a password that was neither prepared nor stretched. */
const UNSTRETCHED_NAME = '3072-sha256-rfc5054-x';
const SUITES: ReadonlyMap<string, Suite> = new Map(makeSuites().map((suite) => [suite.name, suite]));

function makeSuites(): Suite[] {
  const suites = GROUP_NAMES.flatMap((groupName) =>
    HASH_NAMES.flatMap((hash) =>
      X_RULES.map((x) => {
        const group = findGroup(groupName);
        if (!group) throw new TypeError(`no group ${groupName}`);
        return Object.freeze({ name: nameOf(group, hash, x), group, hash, x });
      }),
    ),
  );
  const unstretched = suites
    .filter(({ name }) => name === CURRENT_NAME)
    .map((suite) => Object.freeze({ ...suite, name: UNSTRETCHED_NAME }));
  return [...suites, ...unstretched];
}

/** `3072-sha256`, `2048-sha512-tssrp6a-x`; what python3-srp computes unless told otherwise has a name of its own. */
function nameOf(group: Group, hash: HashName, x: XRule): string {
  if (group.name === '2048' && hash === 'SHA-1' && x === 'pysrp') return LEGACY_NAME;
  const name = `${group.name}-${hash.replace('-', '').toLowerCase()}`;
  return x === 'rfc5054' ? name : `${name}-${x}-x`;
}

/**
 * The suite of that name, or `undefined`. Beside the two below there is one for every other group, hash and rule
 * of x (`2048-sha256-thinbus-x`), for accounts that were imported; a client should refuse those it does not expect.
 * `3072-sha256-rfc5054-x` has the x of `CURRENT_SUITE`, for accounts whose password went into it as it was typed.
 */
export function findSuite(name: string): Suite | undefined {
  return SUITES.get(expectString('name', name));
}

function suiteNamed(name: string): Suite {
  const suite = SUITES.get(name);
  if (!suite) throw new TypeError(`no suite ${name}`);
  return suite;
}

/** For everything new: 3072 bits, SHA-256, x = H(s | H(I ":" P)). */
export const CURRENT_SUITE: Suite = suiteNamed(CURRENT_NAME);

/** Accounts of the old system: 2048 bits, SHA-1, x as python3-srp makes it. */
export const LEGACY_SUITE: Suite = suiteNamed(LEGACY_NAME);

/** Refuses anything but a value that `findSuite` gives: nobody brings a prime of his own. */
export function expectSuite(suite: unknown): Suite {
  for (const known of SUITES.values()) if (known === suite) return known;
  throw new TypeError('"suite" expected a suite from findSuite');
}
