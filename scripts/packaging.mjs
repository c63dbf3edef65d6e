/**
 * Checks what the packages claim: every address in `exports` and `bin` exists after a build, all versions
 * agree, dependencies have exact versions, package.json names the project's home, and a tarball contains
 * licence, README, sources and build, and no tests.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnSync } from './child-process.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { version, license, repository, bugs } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const licence = readFileSync(join(root, 'LICENSE'), 'utf8');
/** @type {string[]} */
const problems = [];
/** @type {string[]} */
const folders = [];

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
    const directory = `${group}/${name}`;
    for (const [field, expected] of Object.entries({
      license,
      repository: { ...repository, directory },
      homepage: `${repository.url.replace(/^git\+|\.git$/g, '')}/tree/main/${directory}#readme`,
      bugs,
      publishConfig: { access: 'public' },
    }))
      if (JSON.stringify(manifest[field]) !== JSON.stringify(expected))
        problems.push(`${manifest.name}: ${field} is not ${JSON.stringify(expected)}`);
    if (!(manifest.keywords?.length > 0)) problems.push(`${manifest.name} has no keywords`);
    if (!existsSync(join(folder, 'LICENSE')) || readFileSync(join(folder, 'LICENSE'), 'utf8') !== licence)
      problems.push(`${manifest.name}: LICENSE differs from the one of the repository`);
    folders.push(folder);
  }

const packed = spawnSync('npm', ['pack', '--dry-run', '--json', ...folders], {
  cwd: root,
  encoding: 'utf8',
  timeout: 300_000,
});
if (packed.status !== 0) problems.push(`npm pack failed: ${packed.stderr}`);
const reports = packed.status === 0 ? Object.values(JSON.parse(packed.stdout)) : [];
if (reports.length !== folders.length)
  problems.push(`npm pack made ${reports.length} of ${folders.length} packages`);
for (const { name, files: listed } of reports) {
  const files = listed.map((/** @type {{ path: string }} */ file) => file.path);
  for (const wanted of ['LICENSE', 'README.md', 'package.json'])
    if (!files.includes(wanted)) problems.push(`${name} does not contain ${wanted}`);
  for (const wanted of ['dist/', 'src/'])
    if (!files.some((/** @type {string} */ file) => file.startsWith(wanted)))
      problems.push(`${name} does not contain ${wanted}`);
  for (const file of files)
    if (/(^|\/)test\/|tsbuildinfo/.test(file)) problems.push(`${name} contains ${file}`);
}

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);
