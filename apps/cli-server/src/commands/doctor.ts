/** `doctor`: checks everything that goes wrong in the long run, and says what to do. */
import { X509Certificate } from 'node:crypto';
import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkClock, openRegistry } from '@countersign/auth-server/accounts';
import { servedKey } from '@countersign/auth-server/audit';
import type { Store } from '@countersign/secure-store';
import {
  counted,
  EXIT,
  type ExitCode,
  type Io,
  moment,
  printJson,
  printLine,
  quoted,
  readTextFile,
  sentence,
  styleFor,
  withSpinner,
} from '@countersign/terminal';
import { nodeProblem } from '@countersign/terminal/node-version';
import type { Leaf, On } from '../command.ts';
import { checkDataDir, type World, withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { ownTlsFiles } from '../tls-files.ts';
import { RESTORE_A_BACKUP } from '../ui/messages.ts';
import { checkTokens } from './service/findings.ts';
import { checkIssuing, checkKrl } from './ssh/findings.ts';

const DAY = 24 * 60 * 60;
const SOON = 30 * DAY;
const LITTLE_SPACE = 200 * 1024 * 1024;

/** What was checked. `poor` is a problem that can wait. */
interface Finding {
  /** For scripts. */
  readonly code: string;
  readonly verdict: 'good' | 'poor' | 'bad';
  readonly says: string;
  readonly todo?: string | undefined;
}

type Verdict = Finding['verdict'];

function finding(code: string, verdict: Verdict, says: string, todo?: string): Finding {
  return { code, verdict, says, todo };
}

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
      ...(await checkTokens(store, world)),
    ])),
    ...(krl === undefined ? [] : [await checkKrl(io, krl)]),
  ];
  for (const finding of found) await printFinding(io, settings, finding);
  return found.some(({ verdict }) => verdict === 'bad') ? EXIT.store : EXIT.done;
}

const MARKS = { good: 'ok  ', poor: 'look', bad: 'BAD ' } as const;

async function printFinding(
  io: Io,
  { json }: Settings,
  { code, verdict, says, todo }: Finding,
): Promise<void> {
  if (json) return printJson(io, { event: 'finding', code, verdict, says, todo });
  const { green, yellow, red } = styleFor(io.stdout, io.env);
  const paint = { good: green, poor: yellow, bad: red }[verdict];
  await printLine(io, `${paint(MARKS[verdict])}  ${says}.`, 6);
  if (todo !== undefined) await printLine(io, `      ${todo}`, 6);
}

function nodeVersion(): Finding {
  const says = `Node.js ${process.versions.node}`;
  if (nodeProblem(process.version) === undefined) return finding('node', 'good', says);
  return finding('node', 'bad', says, 'Install Node.js 20.19 or newer.');
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
  const found: Finding[] = [];
  if (open.length === 0)
    found.push(finding('permissions', 'good', 'Only the owner can read the store and the key'));
  else {
    const says = sentence`Users other than the owner have access to ${open.join(', ')}`;
    found.push(finding('permissions', 'bad', says, sentence`Run: chmod go-rwx ${open.join(' ')}`));
  }
  if (foreign.length > 0) {
    const says = sentence`Another user owns ${foreign.join(', ')}`;
    found.push(finding('owner', 'poor', says, 'Run the server and its commands as the same user.'));
  }
  return found;
}

async function space({ dataDir, store }: Settings): Promise<Finding> {
  const place = store.folder ?? dataDir;
  const { bavail, bsize } = await statfs(await existing(place));
  const bytes = bavail * bsize;
  const says = sentence`${Math.round(bytes / 1_000_000)} MB are free on the disk of ${place}`;
  if (bytes >= LITTLE_SPACE) return finding('room', 'good', says);
  return finding('room', 'bad', says, 'Free some space: logins fail when the disk is full.');
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
  const found: Finding[] = [];
  if (shown) found.push(checkDates(shown, { now, isOwn: own?.publicKey.equals(shown.publicKey) ?? false }));
  else {
    const todo = 'Start the server: it creates one, unless you use --tls-cert.';
    found.push(finding('certificate', 'poor', 'There is no certificate yet', todo));
  }
  if (served?.previous === undefined) return found;
  const { pin, since } = served;
  const says = `The server has used the key ${pin} since ${moment(since)}, and another one before`;
  const todo = 'Clients that remember the previous pin refuse the server: give users the new one.';
  const isRecent = now - since < SOON;
  found.push(isRecent ? finding('key', 'poor', says, todo) : finding('key', 'good', says));
  return found;
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
  if (!isEarly && ends - now > SOON) return finding('certificate', 'good', says);
  const todo = isOwn
    ? 'Run: countersign-server cert renew (the pin stays the same)'
    : 'Renew it where it was issued, with the same key: all clients refuse a server with another key.';
  return finding('certificate', isExpired || isEarly ? 'bad' : 'poor', says, todo);
}

async function records(io: Io, store: Store): Promise<Finding> {
  const { signal } = io;
  const { records: good, bad } = await withSpinner(io, 'Reading every record', () => store.check({ signal }));
  if (bad.length === 0) return finding('records', 'good', `All ${counted(good, 'record')} can be read`);
  const says = `${bad.length} of ${counted(good + bad.length, 'record')} cannot be read`;
  const todo = `Run countersign-server store check for details. ${RESTORE_A_BACKUP}`;
  return finding('records', 'bad', says, todo);
}

async function keys(store: Store): Promise<Finding[]> {
  const { keys: all, slots } = await store.keys.status();
  const resume = 'Run: countersign-server keys rotate --resume';
  const add = 'Add a second one with countersign-server slot add, and keep it somewhere else.';
  const only = 'Only one passphrase or key file unlocks the store; if it is lost, everything is lost';
  return [
    all.length > 1
      ? finding('keys', 'poor', 'A rotation of the keys was interrupted', resume)
      : finding('keys', 'good', 'All records use the newest key'),
    slots.length > 1
      ? finding('slots', 'good', `${slots.length} passphrases or key files unlock the store`)
      : finding('slots', 'poor', only, add),
  ];
}

/**
 * Codes of one step more or less are accepted, so logins can show no more than that. An app never shows a code early; a
 * step late is usual for slow typing, unless nearly every code is late.
 */
async function clock(io: Io, world: World): Promise<Finding[]> {
  const { accounts } = openRegistry(world);
  const { users, isKnown, steps, isLate, refused } = await checkClock(accounts, io.now() / 1000);
  const isOff = isKnown && (steps > 0 || isLate);
  let says = `The clock agrees with those of ${counted(users, 'user')}`;
  if (!isKnown) says = `Not enough users have logged in yet (${users}) to check the clock`;
  else if (steps > 0) says = 'The clock is behind those of most users, by up to one time step';
  else if (isLate) says = 'Nearly every code is late: the clock is probably ahead, by up to one time step';
  else if (steps < 0) says = 'Most codes are one step late, which is usual for slow typing';
  const todo = 'Synchronise it with a time server (NTP): codes depend on it.';
  const found = isOff ? finding('clock', 'poor', says, todo) : finding('clock', 'good', says);
  const [first, ...others] = refused;
  if (first === undefined) return [found];
  const more = others.length === 0 ? '' : ` and ${counted(others.length, 'other user')}`;
  const same = others.length === 0 ? '' : ' (and the same for the others; see user show NAME)';
  const ahead = sentence`The clock was ahead: codes of ${first.username}${more} are refused as already used until ${moment(first.until)}`;
  const unlock = `countersign-server user unlock ${quoted(first.username)}${same}`;
  return [found, finding('ahead', 'bad', ahead, `Check that the clock is right now, then run: ${unlock}`)];
}
