/** What an installation of the packages contains, according to package-lock.json. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** An entry of the lock file, by its path. */
interface Locked {
  readonly name?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/**
 * Returns the packages that an installation of all packages and programs can contain, without their own, with the names of those
 * that need each. Builds for a platform have one name.
 */
export function productionPackages(): Map<string, Set<string>> {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, Locked>>;
  };
  const found = new Map<string, Set<string>>();
  const visited = new Set<string>();

  const visit = (path: string) => {
    if (visited.has(path)) return;
    visited.add(path);
    const entry = packages[path] ?? {};
    const { dependencies, optionalDependencies, peerDependencies } = entry;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })) {
      const place = resolve(packages, path, name);
      if (place === undefined) continue;
      if (!place.startsWith('packages/')) {
        const needing = found.get(platformless(name)) ?? new Set();
        found.set(platformless(name), needing.add(entry.name ?? path.replace(/^.*node_modules\//, '')));
      }
      visit(place);
    }
  };
  for (const path of Object.keys(packages)) if (/^(packages|apps)\/[^/]+$/.test(path)) visit(path);
  return found;
}

/** The name of a package, with `PLATFORM` for the platform that a build is for. */
export function platformless(name: string): string {
  return name.replace(/-(darwin|linux|win32)-\w+$/, '-PLATFORM');
}

/** The path of the package that `require(name)` finds from another one; `undefined` if an optional one is not installed. */
function resolve(packages: Readonly<Record<string, Locked>>, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.replace(/(^|\/)[^/]*$/, '')) {
    const place = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    const entry = packages[place];
    if (entry !== undefined) return entry.link === true ? entry.resolved : place;
    if (at === '') return undefined;
  }
}
