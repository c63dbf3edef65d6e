/**
 * Values that work once: ephemerals and what follows from them. The secrets lie in a private field that only `takeFrom`
 * reads and empties, so that they appear in no dump of the value and a second use finds nothing.
 */
import { SrpError } from './errors.ts';

let look: <S>(value: SingleUse<S>) => S | undefined;
let empty: (value: SingleUse<unknown>) => void;

/** The base of every pending value; `S` is what it holds for its one use. */
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
 * The secrets of a pending value of that class, for its one use. `SrpError('already_used')` at the second,
 * `TypeError` for anything else. What `check` throws, a mistake of the caller's, uses nothing up.
 */
export function takeFrom<S>(
  name: string,
  kind: abstract new (...args: never[]) => SingleUse<S>,
  value: SingleUse<S>,
  check: (secrets: S) => void = () => {},
): S {
  if (!(value instanceof kind)) throw new TypeError(`"${name}" expected a pending value of this exchange`);
  const secrets = look(value);
  if (secrets === undefined) throw new SrpError('already_used', `this ${name} was used before: start again`);
  check(secrets);
  empty(value);
  return secrets;
}
