/**
 * Checks the version of Node.js for the `bin/` files, before anything is loaded that an old one does not support. It
 * therefore imports nothing.
 */

/** The same as `engines` of every package, which a test compares. */
const OLDEST = [20, 19] as const;

/**
 * Returns the error for a Node.js that is too old, or `undefined`.
 *
 * @param version as in `process.version`
 */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `Countersign needs Node.js ${OLDEST.join('.')} or newer; this is ${version}. Install a current one from https://nodejs.org.`;
}
