/**
 * Prepares a checkout for running: installs the dependencies and builds the workspaces, each only if
 * something is missing or outdated. Uses only Node's built-ins, since nothing is installed yet.
 */
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { spawn } from './child-process.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Written by each build of a workspace. */
const STAMP = 'dist/tsconfig.tsbuildinfo';
/** Time limit of an installation or a build, in milliseconds. */
const LIMIT = 1_800_000;

/** @param {{ quiet?: boolean }} [options] */
export async function prepare({ quiet = false } = {}) {
  refuseOldNode();
  if (!isInstalled()) await run('Installing dependencies', 'npm', ['ci', '--no-fund', '--no-audit'], quiet);
  if (!isBuilt()) {
    const turbo = join(root, 'node_modules/turbo/bin/turbo');
    await run('Building', process.execPath, [turbo, 'run', 'build', '--output-logs=errors-only'], quiet);
    // Turbo does not touch an output if only the times of the sources have changed, as after a rebase.
    const now = new Date();
    for (const folder of workspaces()) utimesSync(join(folder, STAMP), now, now);
  }
}

function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const oldest = engines.node.replace('>=', '');
  const [oldMajor = 0, oldMinor = 0] = oldest.split('.').map(Number);
  if (major > oldMajor || (major === oldMajor && minor >= oldMinor)) return;
  process.stderr.write(`Countersign needs Node ${oldest} or newer; this is ${process.version}.\n`);
  process.exit(1);
}

function isInstalled() {
  const marker = join(root, 'node_modules/.package-lock.json');
  return existsSync(marker) && statSync(marker).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function isBuilt() {
  const base = statSync(join(root, 'tsconfig.base.json')).mtimeMs;
  return workspaces().every((folder) => {
    const stamp = join(folder, STAMP);
    if (!existsSync(stamp)) return false;
    const newest = Math.max(base, mtime(join(folder, 'tsconfig.json')), newestSource(join(folder, 'src')));
    return mtime(stamp) >= newest;
  });
}

function workspaces() {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(root, group, name)),
  );
}

/** @param {string} path */
function mtime(path) {
  return statSync(path).mtimeMs;
}

/**
 * @param {string} folder
 * @returns {number}
 */
function newestSource(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.reduce((newest, entry) => {
    const path = join(folder, entry.name);
    return Math.max(newest, entry.isDirectory() ? newestSource(path) : mtime(path));
  }, mtime(folder));
}

/**
 * @param {string} label
 * @param {string} command
 * @param {string[]} args
 * @param {boolean} quiet
 */
async function run(label, command, args, quiet) {
  if (!quiet) process.stderr.write(`${label} …\n`);
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`${label} failed (exit ${code}):\n${output}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    await prepare();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
