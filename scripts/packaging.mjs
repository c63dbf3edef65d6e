/**
 * What the packages say of themselves is true: every address in `exports` and `bin` exists after a build, all
 * versions are one, exact versions only, and a packed package holds its README, sources and build, no tests.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** @type {string[]} */
const problems = [];

/**
 * @param {unknown} value
 * @returns {string[]}
 */
function addresses(value) {
  if (typeof value === 'string') return [value];
  return value && typeof value === 'object' ? Object.values(value).flatMap(addresses) : [];
}

for (const group of ['packages', 'apps'])
  for (const name of readdirSync(join(root, group))) {
    const folder = join(root, group, name);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const address of [...addresses(manifest.exports), ...addresses(manifest.bin)])
      if (!existsSync(join(folder, address))) problems.push(`${manifest.name}: ${address} does not exist`);
    if (manifest.version !== version)
      problems.push(`${manifest.name} is ${manifest.version}, not ${version}`);
    for (const [dependency, range] of Object.entries({
      ...manifest.dependencies,
      ...manifest.devDependencies,
    }))
      if (!/^\d+\.\d+\.\d+$/.test(String(range)))
        problems.push(`${manifest.name}: ${dependency} is not exact`);
    const packed = spawnSync('npm', ['pack', '--dry-run', '--json'], { cwd: folder, encoding: 'utf8' });
    const parsed = JSON.parse(packed.stdout);
    const [report] = Array.isArray(parsed) ? parsed : Object.values(parsed);
    const files = report.files.map((/** @type {{ path: string }} */ file) => file.path);
    for (const wanted of ['README.md', 'package.json'])
      if (!files.includes(wanted)) problems.push(`${manifest.name} packs no ${wanted}`);
    if (!files.some((/** @type {string} */ file) => file.startsWith('dist/')))
      problems.push(`${manifest.name} packs no build`);
    for (const file of files)
      if (/(^|\/)test\//.test(file)) problems.push(`${manifest.name} packs the test ${file}`);
  }

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);
