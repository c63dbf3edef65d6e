/**
 * Values that can be used once: ephemerals and what follows from them. The secrets are in a private field
 * that only `takeFrom` reads and empties. They appear in no dump of the value, and a second use finds
 * nothing.
 */
import { SrpError } from './errors.ts';

let look: <S>(value: SingleUse<S>) => S | undefined;
let empty: (value: SingleUse<unknown>) => void;

/** The base class of pending values; `S` is what a value holds for its one use. */
export abstract class SingleUse<S> {
  #secrets: S | undefined;

  constructor(secrets: S) {
    this.#secrets = secrets;
  }

  static {
    look = (value) => value.#secrets;
    empty = (value) => {
      value.#secrets = undefined;
    };
  }
}

/**
 * Takes the secrets of a pending value. A caller's mistake found by `check` does not use the value up.
 *
 * @throws {SrpError} already_used
 * @throws {TypeError} for anything but a pending value of this class
 */
export function takeFrom<S>(
  name: string,
  kind: abstract new (...args: never[]) => SingleUse<S>,
  value: SingleUse<S>,
  check: (secrets: S) => void = () => {},
): S {
  if (!(value instanceof kind)) throw new TypeError(`"${name}" expected a pending value of this exchange`);
  const secrets = look(value);
  if (secrets === undefined) throw new SrpError('already_used', `this ${name} was already used: start again`);
  check(secrets);
  empty(value);
  return secrets;
}
