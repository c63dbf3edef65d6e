/**
 * `doctor`: looks at everything that goes wrong in the long run, and says what to do about it.
 *
 * 1. What can be seen from outside: the version of Node.js, permissions, room on the disk.
 * 2. What is seen with the passphrase: the certificate that servers show and whether its key is new, whether every record opens, the keys, and the clock, by the users' own clocks.
 */
import { X509Certificate } from 'node:crypto';
import { readdir, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openRegistry, refusedUntil } from '@countersign/auth-server/accounts';
import { servedKey } from '@countersign/auth-server/audit';
import type { Store } from '@countersign/secure-store';
import { EXIT, type ExitCode, type Io, withSpinner } from '@countersign/terminal';
import { nodeProblem } from '@countersign/terminal/node-version';
import { checkDataDir } from '../data-dir.ts';
import { withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { readTextFile } from '../text-file.ts';
import { ownTlsFiles } from '../tls-files.ts';
import { waits } from '../ui/asking.ts';
import { type Finding, findings, showFindings } from '../ui/doctor.ts';

const DAY = 24 * 60 * 60;
const LITTLE_ROOM = 200 * 1024 * 1024;
const SOON = 30 * DAY;
/** Slow typing makes some codes late; a clock that is ahead, nearly all. */
const NEARLY_ALL = 0.9;

/** A server's clock is judged by the users' clocks only when there are a few of them. */
const ENOUGH_CLOCKS = 3;

/** Exit code 7 when something has to be done, 0 when all is well or could be better. */
export async function examine(io: Io, settings: Settings): Promise<ExitCode> {
  await checkDataDir(settings);
  const found = [
    nodeVersion(),
    ...(await permissions(settings)),
    await room(settings),
    ...(await withStore(io, settings, async (store) => [
      ...(await certificate(io, settings, store)),
      await records(io, store),
      ...(await keys(store)),
      ...(await clock(io, store)),
    ])),
  ];
  await showFindings(io, settings, found);
  return found.some(({ verdict }) => verdict === 'bad') ? EXIT.store : EXIT.done;
}

function nodeVersion(): Finding {
  return findings.node(process.versions.node, nodeProblem(process.version) !== undefined);
}

async function permissions({ dataDir, store }: Settings): Promise<Finding[]> {
  if (process.platform === 'win32') return [];
  const files = [dataDir, ownTlsFiles(dataDir).key];
  const { folder } = store;
  if (folder !== undefined)
    files.push(folder, ...(await readdir(folder).catch(() => [])).map((name) => join(folder, name)));
  const open: string[] = [];
  const foreign: string[] = [];
  for (const path of files) {
    const status = await stat(path).catch(() => undefined);
    if (status === undefined) continue;
    if (status.mode & 0o077) open.push(path);
    if (status.uid !== process.getuid?.()) foreign.push(path);
  }
  return [findings.permissions(open), ...(foreign.length > 0 ? [findings.owner(foreign)] : [])];
}

/** The one that servers show, or before the first start the one that lies here; and whether its key is a new one. */
async function certificate(io: Io, { dataDir }: Settings, store: Store): Promise<Finding[]> {
  const now = io.now() / 1000;
  const served = await servedKey(store);
  const own = parse(await readTextFile(ownTlsFiles(dataDir).cert).catch(() => undefined));
  const shown = served ? parse(served.certificate) : own;
  const isOwn = own !== undefined && shown !== undefined && own.publicKey.equals(shown.publicKey);
  return [
    shown === undefined ? findings.noCertificate() : datesOf(shown, { now, isOwn }),
    ...(served?.previous === undefined
      ? []
      : [findings.newKey({ ...served, recent: now - served.since < SOON })]),
  ];
}

function parse(pem: string | undefined): X509Certificate | undefined {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function datesOf(
  { validFrom, validTo }: X509Certificate,
  { now, isOwn }: { now: number; isOwn: boolean },
): Finding {
  const ends = Date.parse(validTo) / 1000;
  const valid = Date.parse(validFrom) / 1000 <= now && now < ends;
  const verdict = valid ? (ends - now > SOON ? 'good' : 'poor') : 'bad';
  return findings.certificate({ ends, now, verdict, isOwn });
}

async function room({ dataDir, store }: Settings): Promise<Finding> {
  const place = store.folder ?? dataDir;
  const { bavail, bsize } = await statfs(await nearest(place));
  return findings.room(place, bavail * bsize, bavail * bsize < LITTLE_ROOM);
}

/** The directory itself, or the one above it that exists. */
async function nearest(path: string): Promise<string> {
  const there = await stat(path).catch(() => undefined);
  return there || dirname(path) === path ? path : nearest(dirname(path));
}

async function records(io: Io, store: Store): Promise<Finding> {
  const { signal } = io;
  const report = await withSpinner(io, waits.checking, () => store.check({ signal }));
  return findings.records(report.records, report.bad.length);
}

async function keys(store: Store): Promise<Finding[]> {
  const status = await store.keys.status();
  return [findings.keys(status.keys.length), findings.slots(status.slots.length)];
}

/**
 * The median of the users' own medians: one user's clock may be wrong, those of most are not, and one login may be late,
 * most of a user's are not. Records that do not open were told of already.
 */
async function clock(io: Io, store: Store): Promise<Finding[]> {
  const { accounts } = openRegistry({ store, clock: io.now, randomBytes: io.randomBytes });
  const usual: number[] = [];
  const all = { logins: 0, late: 0 };
  const ahead: { username: string; until: number }[] = [];
  for await (const account of accounts.all(() => {})) {
    const { clockOffsets, username } = account;
    const until = refusedUntil(account, io.now() / 1000);
    if (until !== undefined) ahead.push({ username, until });
    if (clockOffsets.length > 0) usual.push(median(clockOffsets));
    all.logins += clockOffsets.length;
    all.late += clockOffsets.filter((steps) => steps < 0).length;
  }
  const [first] = ahead.sort((a, b) => b.until - a.until);
  return [
    findings.clock({
      users: usual.length,
      steps: median(usual),
      late: all.late > all.logins * NEARLY_ALL,
      known: usual.length >= ENOUGH_CLOCKS,
    }),
    ...(first === undefined ? [] : [findings.ahead(first.username, ahead.length, first.until)]),
  ];
}

/** The middle one; of an even number the one of the two that is nearer to 0. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [lower = 0, upper = 0] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return Math.abs(lower) < Math.abs(upper) ? lower : upper;
}
