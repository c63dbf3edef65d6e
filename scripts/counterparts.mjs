/**
 * The counterparts of the tests: every program, module and server outside this repository that a test runs
 * against, how to find it, and the Debian package that installs it, one row each. A program counts only if
 * its folder is on the PATH, even if tests call it by its full path, so that a PATH with only Node behaves
 * like a machine with only Node.
 *
 * 1. The global set-up of the tests calls `findMissing` once per run. With CI=true it refuses to start if
 *    anything is missing.
 * 2. Only `withCounterpart` in scripts/test/with-counterpart.ts skips tests.
 * 3. scripts/test-summary.mjs prints what was skipped; scripts/counterparts.sh installs what is missing.
 */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFile } from './child-process.mjs';

const PYTHON = '/usr/bin/python3';
/** A probe that has not answered in this time counts as missing, in milliseconds. */
const LIMIT = 10_000;

/** @typedef {{ debian: string | undefined, found: () => boolean | Promise<boolean> }} Row */

/** Where the Debian packages of PostgreSQL put each version's programs. */
export const POSTGRES_PROGRAMS = '/usr/lib/postgresql';

/** The module of nginx that relays TCP. */
export const NGINX_STREAM = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** The PostgreSQL server of the tests. */
export const POSTGRES_URL =
  process.env.COUNTERSIGN_TEST_POSTGRES_URL || 'postgres://postgres@127.0.0.1:5432/test';

/** For unshare: mounts that end with the program. */
export const OWN_MOUNTS = process.getuid?.() === 0 ? '-m' : '-rm';

/** @satisfies {Record<string, Row>} */
export const COUNTERPARTS = {
  bash: program('bash', 'bash'),
  sh: program('sh', 'dash'),
  zsh: program('zsh', 'zsh'),
  fish: program('fish', 'fish'),
  mandoc: program('mandoc', 'mandoc'),
  curl: program('curl', 'curl'),
  coreutils: program('stty', 'coreutils'),
  setpriv: program('setpriv', 'util-linux'),
  npm: program('npm', 'npm'),
  chromium: program('/usr/bin/chromium', 'chromium'),
  openssl: program('/usr/bin/openssl', 'openssl'),
  oathtool: program('oathtool', 'oathtool'),
  zbarimg: program('zbarimg', 'zbar-tools'),
  srptool: program('srptool', 'gnutls-bin'),
  'ssh-keygen': program('ssh-keygen', 'openssh-client'),
  sshd: program('/usr/sbin/sshd', 'openssh-server'),
  nginx: program('/usr/sbin/nginx', 'nginx'),
  caddy: program('caddy', 'caddy'),
  git: program('git', 'git'),
  kubectl: program('kubectl', 'kubernetes-client'),
  strace: program('strace', 'strace'),
  'systemd-notify': program('systemd-notify', 'systemd'),
  'systemd-analyze': program('systemd-analyze', 'systemd'),
  tini: program('tini', 'tini'),
  tmux: program('tmux', 'tmux'),
  'rsvg-convert': program('rsvg-convert', 'librsvg2-bin'),
  haproxy: program('/usr/sbin/haproxy', 'haproxy'),
  'nginx-stream': {
    debian: 'libnginx-mod-stream',
    found: () => isOnPath('/usr/sbin/nginx') && existsSync(NGINX_STREAM),
  },
  pebble: program('pebble', 'pebble'),
  certbot: program('certbot', 'certbot'),
  promtool: program('promtool', 'prometheus'),
  pgbouncer: program('/usr/sbin/pgbouncer', 'pgbouncer'),
  python3: program(PYTHON, 'python3'),
  'python3-srp': pythonModule('srp'),
  'python3-pyotp': pythonModule('pyotp'),
  'python3-cryptography': pythonModule('cryptography'),
  'python3-argon2': pythonModule('argon2'),
  'python3-jwt': pythonModule('jwt'),
  /** A server that answers at `POSTGRES_URL`. */
  postgresql: { debian: 'postgresql', found: () => answers(POSTGRES_URL) },
  /** The programs for starting temporary servers. */
  'postgresql-programs': {
    debian: 'postgresql',
    found: () => isOnPath('/usr/bin/env') && postgresPrograms() !== undefined,
  },
  /** Mounts of a process's own: as root, or in a user namespace. */
  mounts: {
    debian: 'util-linux',
    found: () => isOnPath('unshare') && succeeds('unshare', [OWN_MOUNTS, 'true']),
  },
  /** `/proc` and `/dev/full`. */
  linux: { debian: undefined, found: () => existsSync('/proc/self/fd') && existsSync('/dev/full') },
};

/** @typedef {keyof typeof COUNTERPARTS} Counterpart */

/** Returns the names of the counterparts that this machine lacks, in the order of the table. */
export async function findMissing() {
  const names = /** @type {Counterpart[]} */ (Object.keys(COUNTERPARTS));
  const found = await Promise.all(names.map(async (name) => COUNTERPARTS[name].found()));
  return names.filter((_, at) => !found[at]);
}

/**
 * Returns the Debian packages that provide the given counterparts, each once.
 *
 * @param {readonly Counterpart[]} names
 */
export function debianPackages(names) {
  return [...new Set(names.flatMap((name) => COUNTERPARTS[name].debian ?? []))];
}

/** Returns the folder of the newest `initdb` and `pg_ctl`, or `undefined` if no PostgreSQL server is installed. */
export function postgresPrograms() {
  const versions = existsSync(POSTGRES_PROGRAMS) ? readdirSync(POSTGRES_PROGRAMS) : [];
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(POSTGRES_PROGRAMS, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'pg_ctl')) && existsSync(join(folder, 'initdb')));
}

/**
 * @param {string} path a name, or the full path under which the tests call it
 * @param {string} debian
 * @returns {Row}
 */
function program(path, debian) {
  return { debian, found: () => isOnPath(path) };
}

/**
 * @param {string} name
 * @returns {Row}
 */
function pythonModule(name) {
  const found = () => isOnPath(PYTHON) && succeeds(PYTHON, ['-c', `import ${name}`]);
  return { debian: `python3-${name}`, found };
}

/**
 * @param {string} path
 * @param {string[]} args
 */
function succeeds(path, args) {
  return execFile(path, args, { timeout: LIMIT }).then(
    () => true,
    () => false,
  );
}

/** @param {string} path */
function isOnPath(path) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  // Servers are in /usr/sbin, which is not on every user's PATH.
  if (path.startsWith('/'))
    return folders.includes(dirname(path).replace('/sbin', '/bin')) && isExecutable(path);
  return folders.some((folder) => folder !== '' && isExecutable(join(folder, path)));
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} url
 * @returns {Promise<boolean>}
 */
async function answers(url) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 5432),
      timeout: LIMIT,
    });
    const end = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .on('connect', () => end(true))
      .on('timeout', () => end(false))
      .on('error', () => end(false));
  });
}

// For scripts/counterparts.sh: the packages to install. A PostgreSQL server that is merely not running needs
// none.
if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(
    `${debianPackages((await findMissing()).filter((name) => name !== 'postgresql')).join(' ')}\n`,
  );
