/**
 * The check of the programs' `bin/` files, before anything is loaded that an old Node.js does not know. It therefore imports
 * nothing.
 */

/** As in `engines` of every package. */
const OLDEST = [20, 19] as const;

/** What to say about a Node.js that is too old, or `undefined`. @param version as in `process.version` */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `Countersign needs Node.js ${OLDEST.join('.')} or newer; this is ${version}. Install a current one from https://nodejs.org.`;
}
