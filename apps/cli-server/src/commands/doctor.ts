/** `doctor`: checks everything that goes wrong in the long run, and says what to do. */
import { X509Certificate } from 'node:crypto';
import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkClock, openRegistry, type RegistryOptions } from '@countersign/auth-server/accounts';
import { servedKey } from '@countersign/auth-server/audit';
import type { Store } from '@countersign/secure-store';
import {
  counted,
  EXIT,
  type ExitCode,
  type Io,
  moment,
  printLine,
  quoted,
  readTextFile,
  sentence,
  styleFor,
  withSpinner,
} from '@countersign/terminal';
import { nodeProblem } from '@countersign/terminal/node-version';
import { type Leaf, type On, withStore } from '../command.ts';
import { checkDataDir } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { ownTlsFiles } from '../tls-files.ts';
import { RESTORE_A_BACKUP } from '../ui/messages.ts';
import { checkIssuing, checkKrl, checkTokens } from './doctor/credentials.ts';
import { bad, type Finding, good, poor } from './doctor/finding.ts';
import { READING_RECORDS } from './store/check.ts';

const DAY = 24 * 60 * 60;
const SOON = 30 * DAY;
const LITTLE_SPACE = 200 * 1024 * 1024;

export const command: Leaf = {
  takes: (doctor) => doctor.option('--krl <file>', 'check a revocation list for SSH hosts as well'),
  run: examine,
  examples: { 'check everything': '', 'also check the list of revoked certificates': '--krl /srv/www/krl' },
};

/** Ends with exit code 7 when something is bad. */
async function examine(on: On, { krl }: { readonly krl?: string }): Promise<ExitCode> {
  const { io, settings } = on;
  await checkDataDir(settings);
  const found = [
    nodeVersion(),
    ...(await permissions(settings)),
    await space(settings),
    ...(await withStore(on, async ({ store, world }) => [
      ...(await certificate(io, settings, store)),
      await records(io, store),
      ...(await keys(store)),
      ...(await clock(io, world)),
      ...(await checkIssuing(world)),
      ...(await checkTokens(world)),
    ])),
    ...(krl === undefined ? [] : [await checkKrl(io, krl)]),
  ];
  for (const finding of found) await printFinding(on, finding);
  return found.some(({ verdict }) => verdict === 'bad') ? EXIT.store : EXIT.done;
}

const MARKS = { good: 'ok  ', poor: 'look', bad: 'BAD ' } as const;

async function printFinding({ io, settings, say }: On, finding: Finding): Promise<void> {
  const { verdict, says, todo } = finding;
  const { green, yellow, red } = styleFor(io.stdout, io.env);
  const paint = { good: green, poor: yellow, bad: red }[verdict];
  if (settings.json) return say({ json: { event: 'finding', ...finding } });
  await printLine(io, `${paint(MARKS[verdict])}  ${says}.`, 6);
  if (todo !== undefined) await printLine(io, `      ${todo}`, 6);
}

function nodeVersion(): Finding {
  const says = `Node.js ${process.versions.node}`;
  return nodeProblem(process.version) === undefined
    ? good('node', says)
    : bad('node', says, 'Install Node.js 20.19 or newer.');
}

async function permissions({ dataDir, store: { folder } }: Settings): Promise<Finding[]> {
  if (process.platform === 'win32') return [];
  const inside = folder === undefined ? [] : await readdir(folder).catch(() => []);
  const stored = folder === undefined ? [] : [folder, ...inside.map((name) => join(folder, name))];
  const open: string[] = [];
  const foreign: string[] = [];
  for (const path of [dataDir, ownTlsFiles(dataDir).key, ...stored]) {
    const status = await stat(path).catch(() => undefined);
    if (status === undefined) continue;
    if (status.mode & 0o077) open.push(path);
    if (status.uid !== process.getuid?.()) foreign.push(path);
  }
  const says = sentence`Users other than the owner have access to ${open.join(', ')}`;
  const found =
    open.length === 0
      ? good('permissions', 'Only the owner can read the store and the key')
      : bad('permissions', says, sentence`Run: chmod go-rwx ${open.join(' ')}`);
  if (foreign.length === 0) return [found];
  const owner = sentence`Another user owns ${foreign.join(', ')}`;
  return [found, poor('owner', owner, 'Run the server and its commands as the same user.')];
}

async function space({ dataDir, store }: Settings): Promise<Finding> {
  const place = store.folder ?? dataDir;
  const { bavail, bsize } = await statfs(await existing(place));
  const bytes = bavail * bsize;
  const says = sentence`${Math.round(bytes / 1_000_000)} MB are free on the disk of ${place}`;
  if (bytes >= LITTLE_SPACE) return good('room', says);
  return bad('room', says, 'Free some space: logins fail when the disk is full.');
}

/** The path itself, or the closest directory above it that exists. */
async function existing(path: string): Promise<string> {
  const there = await stat(path).catch(() => undefined);
  return there || dirname(path) === path ? path : existing(dirname(path));
}

/** The certificate of the servers (before the first start, the one in the data directory), and whether its key is new. */
async function certificate(io: Io, { dataDir }: Settings, store: Store): Promise<Finding[]> {
  const now = io.now() / 1000;
  const served = await servedKey(store);
  const own = parse(await readTextFile(ownTlsFiles(dataDir).cert).catch(() => undefined));
  const shown = served ? parse(served.certificate) : own;
  const isOwn = shown !== undefined && own?.publicKey.equals(shown.publicKey) === true;
  const todo = 'Start the server: it creates one, unless you use --tls-cert.';
  const found = shown
    ? checkDates(shown, { now, isOwn })
    : poor('certificate', 'There is no certificate yet', todo);
  if (served?.previous === undefined) return [found];
  const { pin, since } = served;
  const says = `The server has used the key ${pin} since ${moment(since)}, and another one before`;
  if (now - since >= SOON) return [found, good('key', says)];
  const tell = 'Clients that remember the previous pin refuse the server: give users the new one.';
  return [found, poor('key', says, tell)];
}

function parse(pem: string | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function checkDates(
  { validFrom, validTo }: X509Certificate,
  { now, isOwn }: { now: number; isOwn: boolean },
): Finding {
  const ends = Date.parse(validTo) / 1000;
  const isEarly = Date.parse(validFrom) / 1000 > now;
  const isExpired = now >= ends;
  const says = isExpired
    ? `The certificate expired at ${moment(ends)}`
    : `The certificate is valid until ${moment(ends)}${isEarly ? ', but not yet' : ''}`;
  if (!isEarly && ends - now > SOON) return good('certificate', says);
  const todo = isOwn
    ? 'Run: countersign-server cert renew (the pin stays the same)'
    : 'Renew it where it was issued, with the same key: all clients refuse a server with another key.';
  return (isExpired || isEarly ? bad : poor)('certificate', says, todo);
}

async function records(io: Io, store: Store): Promise<Finding> {
  const { signal } = io;
  const report = await withSpinner(io, READING_RECORDS, () => store.check({ signal }));
  const unreadable = report.bad.length;
  if (unreadable === 0) return good('records', `All ${counted(report.records, 'record')} can be read`);
  const says = `${unreadable} of ${counted(report.records + unreadable, 'record')} cannot be read`;
  return bad('records', says, `Run countersign-server store check for details. ${RESTORE_A_BACKUP}`);
}

async function keys(store: Store): Promise<Finding[]> {
  const { keys: all, slots } = await store.keys.status();
  const resume = 'Run: countersign-server keys rotate --resume';
  const add = 'Add a second one with countersign-server slot add, and keep it somewhere else.';
  const only = 'Only one passphrase or key file unlocks the store; if it is lost, everything is lost';
  return [
    all.length > 1
      ? poor('keys', 'A rotation of the keys was interrupted', resume)
      : good('keys', 'All records use the newest key'),
    slots.length > 1
      ? good('slots', `${slots.length} passphrases or key files unlock the store`)
      : poor('slots', only, add),
  ];
}

/**
 * Codes of one step more or less are accepted, so logins can show no more than that. An app never shows a code early; a
 * step late is usual for slow typing, unless nearly every code is late.
 */
async function clock(io: Io, world: RegistryOptions): Promise<Finding[]> {
  const { accounts } = openRegistry(world);
  const { users, isKnown, steps, isLate, refused } = await checkClock(accounts, io.now() / 1000);
  const isOff = isKnown && (steps > 0 || isLate);
  let says = `The clock agrees with those of ${counted(users, 'user')}`;
  if (!isKnown) says = `Not enough users have logged in yet (${users}) to check the clock`;
  else if (steps > 0) says = 'The clock is behind those of most users, by up to one time step';
  else if (isLate) says = 'Nearly every code is late: the clock is probably ahead, by up to one time step';
  else if (steps < 0) says = 'Most codes are one step late, which is usual for slow typing';
  const todo = 'Synchronise it with a time server (NTP): codes depend on it.';
  const found = isOff ? poor('clock', says, todo) : good('clock', says);
  const [first, ...others] = refused;
  if (first === undefined) return [found];
  const more = others.length === 0 ? '' : ` and ${counted(others.length, 'other user')}`;
  const same = others.length === 0 ? '' : ' (and the same for the others; see user show NAME)';
  const ahead = sentence`The clock was ahead: codes of ${first.username}${more} are refused as already used until ${moment(first.until)}`;
  const unlock = `countersign-server user unlock ${quoted(first.username)}${same}`;
  return [found, bad('ahead', ahead, `Check that the clock is right now, then run: ${unlock}`)];
}
