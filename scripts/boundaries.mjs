/**
 * Dependencies between packages point one way. This script compares every import of every source file with
 * the table below. It also rejects imports that reach into another package's files, and dependencies that are
 * declared but not imported, or imported but not declared.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const CORE = ['srp-core', 'totp-core', 'ssh-core', 'secure-store', 'wire-protocol'];
/** Which packages each package may import. */
export const ARROWS = {
  argon2id: [],
  'srp-core': ['argon2id'],
  'totp-core': [],
  'ssh-core': [],
  'secure-store': ['argon2id'],
  'wire-protocol': [],
  'own-files': [],
  terminal: ['own-files'],
  'tls-channel': ['wire-protocol'],
  'auth-server': ['own-files', 'tls-channel', ...CORE],
  'auth-client': ['own-files', 'tls-channel', 'srp-core', 'totp-core', 'ssh-core', 'wire-protocol'],
  'cli-server': [
    'auth-server',
    'tls-channel',
    'wire-protocol',
    'secure-store',
    'totp-core',
    'srp-core',
    'terminal',
  ],
  'cli-client': ['auth-client', 'totp-core', 'ssh-core', 'terminal'],
};
/** Packages that run in browsers: no Node built-in outside their `platform` seam. */
const PORTABLE = ['argon2id', 'srp-core', 'totp-core', 'ssh-core', 'wire-protocol'];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

/** @param {string} folder */
function sourcesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(ts|mjs)$/.test(name),
  );
}

/** @param {string} source */
export function importsOf(source) {
  return [...source.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

/** @param {string} root */
export function findViolations(root) {
  const violations = [];
  const folders = ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name)),
  );
  const manifests = folders.map((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  for (const [at, folder] of folders.entries()) {
    const { name, dependencies = {}, peerDependencies = {} } = manifests[at];
    const declared = { ...dependencies, ...peerDependencies };
    const short = name.replace('@countersign/', '');
    const allowed = ARROWS[short];
    if (!allowed) {
      violations.push(`${name} has no row in the table of arrows`);
      continue;
    }
    const used = new Set();
    for (const file of sourcesBelow(join(folder, 'src'))) {
      const path = join(folder, 'src', file);
      const where = relative(root, path);
      for (const target of importsOf(readFileSync(path, 'utf8'))) {
        if (target.startsWith('.')) {
          if (relative(join(folder, 'src'), resolve(dirname(path), target)).startsWith('..'))
            violations.push(`${where} reaches out of its package: ${target}`);
          continue;
        }
        const bare = target.replace(/^node:/, '');
        if (target.startsWith('node:') || builtinModules.includes(bare)) {
          if (PORTABLE.includes(short) && !/(^|\/)platform[^/]*(\/|\.ts$)/.test(file))
            violations.push(`${where} imports ${target} outside the platform seam`);
          continue;
        }
        const dependency = target
          .split('/')
          .slice(0, target.startsWith('@') ? 2 : 1)
          .join('/');
        used.add(dependency);
        if (!(dependency in declared))
          violations.push(`${where} imports ${dependency}, which is not declared`);
        const own = dependency.startsWith('@countersign/')
          ? dependency.slice('@countersign/'.length)
          : undefined;
        if (own && !allowed.includes(own)) violations.push(`${where}: ${short} must not import ${own}`);
      }
    }
    // A program depends on the optional peers of the packages that it uses.
    const peers = manifests.flatMap((other) =>
      other.name in dependencies ? Object.keys(other.peerDependencies ?? {}) : [],
    );
    for (const dependency of Object.keys(declared))
      if (!used.has(dependency) && !peers.includes(dependency))
        violations.push(`${name} declares ${dependency} and never imports it`);
  }
  return violations;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const violations = findViolations(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const violation of violations) process.stderr.write(`${violation}\n`);
  process.exit(violations.length === 0 ? 0 : 1);
}
