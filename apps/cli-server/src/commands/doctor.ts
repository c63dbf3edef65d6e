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
import { checkDataDir, withStore } from '../open-store.ts';
import type { Define } from '../program.ts';
import type { Settings } from '../settings.ts';
import { ownTlsFiles } from '../tls-files.ts';
import { RESTORE_A_BACKUP } from '../ui/messages.ts';

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

export const defineDoctor: Define = (doctor, perform) => {
  doctor.action(perform(examine));
};

/** Ends with exit code 7 when something is bad. */
async function examine(io: Io, settings: Settings): Promise<ExitCode> {
  await checkDataDir(settings);
  const found = [
    nodeVersion(),
    ...(await permissions(settings)),
    await space(settings),
    ...(await withStore(io, settings, async ({ store }) => [
      ...(await certificate(io, settings, store)),
      await records(io, store),
      ...(await keys(store)),
      ...(await clock(io, store)),
    ])),
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
  const isOld = nodeProblem(process.version) !== undefined;
  const todo = isOld ? 'Install Node.js 20.19 or newer.' : undefined;
  return { code: 'node', verdict: isOld ? 'bad' : 'good', says: `Node.js ${process.versions.node}`, todo };
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
  const code = 'permissions';
  const access: Finding =
    open.length === 0
      ? { code, verdict: 'good', says: 'Only the owner can read the store and the key' }
      : {
          code,
          verdict: 'bad',
          says: sentence`Users other than the owner have access to ${open.join(', ')}`,
          todo: sentence`Run: chmod go-rwx ${open.join(' ')}`,
        };
  if (foreign.length === 0) return [access];
  const says = sentence`Another user owns ${foreign.join(', ')}`;
  const todo = 'Run the server and its commands as the same user.';
  return [access, { code: 'owner', verdict: 'poor', says, todo }];
}

async function space({ dataDir, store }: Settings): Promise<Finding> {
  const place = store.folder ?? dataDir;
  const { bavail, bsize } = await statfs(await existing(place));
  const bytes = bavail * bsize;
  const isLittle = bytes < LITTLE_SPACE;
  return {
    code: 'room',
    verdict: isLittle ? 'bad' : 'good',
    says: sentence`${Math.round(bytes / 1_000_000)} MB are free on the disk of ${place}`,
    todo: isLittle ? 'Free some space: logins fail when the disk is full.' : undefined,
  };
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
  const isOwn = own !== undefined && shown !== undefined && own.publicKey.equals(shown.publicKey);
  const dates = shown === undefined ? noCertificate() : checkDates(shown, { now, isOwn });
  if (served?.previous === undefined) return [dates];
  const isRecent = now - served.since < SOON;
  const says = `The server has used the key ${served.pin} since ${moment(served.since)}, and another one before`;
  const todo = isRecent
    ? 'Clients that remember the previous pin refuse the server: give users the new one.'
    : undefined;
  return [dates, { code: 'key', verdict: isRecent ? 'poor' : 'good', says, todo }];
}

function parse(pem: string | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function noCertificate(): Finding {
  return {
    code: 'certificate',
    verdict: 'poor',
    says: 'There is no certificate yet',
    todo: 'Start the server: it creates one, unless you use --tls-cert.',
  };
}

function checkDates(
  { validFrom, validTo }: X509Certificate,
  { now, isOwn }: { now: number; isOwn: boolean },
): Finding {
  const ends = Date.parse(validTo) / 1000;
  const isEarly = Date.parse(validFrom) / 1000 > now;
  const isValid = !isEarly && now < ends;
  const verdict = isValid ? (ends - now > SOON ? 'good' : 'poor') : 'bad';
  const renew = isOwn
    ? 'Run: countersign-server cert renew (the pin stays the same)'
    : 'Renew it where it was issued, with the same key: all clients refuse a server with another key.';
  return {
    code: 'certificate',
    verdict,
    says:
      now < ends
        ? `The certificate is valid until ${moment(ends)}${isEarly ? ', but not yet' : ''}`
        : `The certificate expired at ${moment(ends)}`,
    todo: verdict === 'good' ? undefined : renew,
  };
}

async function records(io: Io, store: Store): Promise<Finding> {
  const { signal } = io;
  const { records: good, bad } = await withSpinner(io, 'Reading every record', () => store.check({ signal }));
  if (bad.length === 0)
    return { code: 'records', verdict: 'good', says: `All ${counted(good, 'record')} can be read` };
  return {
    code: 'records',
    verdict: 'bad',
    says: `${bad.length} of ${counted(good + bad.length, 'record')} cannot be read`,
    todo: `Run countersign-server store check for details. ${RESTORE_A_BACKUP}`,
  };
}

async function keys(store: Store): Promise<Finding[]> {
  const status = await store.keys.status();
  const isRotating = status.keys.length > 1;
  const slots = status.slots.length;
  return [
    isRotating
      ? {
          code: 'keys',
          verdict: 'poor',
          says: 'A rotation of the keys was interrupted',
          todo: 'Run: countersign-server keys rotate --resume',
        }
      : { code: 'keys', verdict: 'good', says: 'All records use the newest key' },
    slots > 1
      ? { code: 'slots', verdict: 'good', says: `${slots} passphrases or key files unlock the store` }
      : {
          code: 'slots',
          verdict: 'poor',
          says: 'Only one passphrase or key file unlocks the store; if it is lost, everything is lost',
          todo: 'Add a second one with countersign-server slot add, and keep it somewhere else.',
        },
  ];
}

/**
 * Codes of one step more or less are accepted, so logins can show no more than that. An app never shows a code early; a
 * step late is usual for slow typing, unless nearly every code is late.
 */
async function clock(io: Io, store: Store): Promise<Finding[]> {
  const { accounts } = openRegistry({ store, clock: io.now, randomBytes: io.randomBytes });
  const { users, isKnown, steps, isLate, refused } = await checkClock(accounts, io.now() / 1000);
  const isOff = isKnown && (steps > 0 || isLate);
  let says = `The clock agrees with those of ${counted(users, 'user')}`;
  if (!isKnown) says = `Not enough users have logged in yet (${users}) to check the clock`;
  else if (steps > 0) says = 'The clock is behind those of most users, by up to one time step';
  else if (isLate) says = 'Nearly every code is late: the clock is probably ahead, by up to one time step';
  else if (steps < 0) says = 'Most codes are one step late, which is usual for slow typing';
  const todo = isOff ? 'Synchronise it with a time server (NTP): codes depend on it.' : undefined;
  const found: Finding = { code: 'clock', verdict: isOff ? 'poor' : 'good', says, todo };
  const [first, ...others] = refused;
  if (first === undefined) return [found];
  const more = others.length === 0 ? '' : ` and ${counted(others.length, 'other user')}`;
  const unlock = `countersign-server user unlock ${quoted(first.username)}`;
  return [
    found,
    {
      code: 'ahead',
      verdict: 'bad',
      says: sentence`The clock was ahead: codes of ${first.username}${more} are refused as already used until ${moment(first.until)}`,
      todo: `Check that the clock is right now, then run: ${unlock}${others.length === 0 ? '' : ' (and the same for the others; see user show NAME)'}`,
    },
  ];
}
