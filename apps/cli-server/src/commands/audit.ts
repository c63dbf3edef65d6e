/** `audit …`: what happened, and whether the log of it is whole. */
import {
  type AuditHead,
  type AuditRecord,
  auditHeadSchema,
  readAudit,
  verifyAudit,
} from '@countersign/auth-server/audit';
import type { Store } from '@countersign/secure-store';
import { prepareUsername } from '@countersign/srp-core';
import { EXIT, type ExitCode, type Io, printJson, withSpinner } from '@countersign/terminal';
import type { AuditFilter, AuditShowOptions, AuditVerifyOptions } from '../command-line/audit.ts';
import { withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { parseJsonFile, replaceFile } from '../text-file.ts';
import { waits } from '../ui/asking.ts';
import { badHeadFile, showEvents, showVerdict, warnOfUnreadable } from '../ui/audit.ts';

interface Found {
  readonly records: readonly AuditRecord[];
  /** How many events could not be read, of whomever and whenever they were. */
  readonly unreadable: number;
}

export async function showAudit(
  io: Io,
  settings: Settings,
  { last, ...filter }: AuditShowOptions,
): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    const { records, unreadable } = await find(io, store, filter);
    await showEvents(io, settings, records.slice(-last));
    return exitAfter(io, unreadable);
  });
}

export async function exportAudit(io: Io, settings: Settings, filter: AuditFilter): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    const { records, unreadable } = await find(io, store, filter);
    for (const record of records) await printJson(io, { ...record });
    return exitAfter(io, unreadable);
  });
}

export async function verifyAuditLog(
  io: Io,
  settings: Settings,
  { head, saveHead }: AuditVerifyOptions,
): Promise<ExitCode> {
  const kept = head === undefined ? [] : await readHeads(head);
  return withStore(io, settings, async (store) => {
    const report = await withSpinner(io, waits.verifying, () => verifyAudit(store, kept));
    // Heads of a damaged log would vouch for the damage.
    if (saveHead !== undefined && report.problems.length === 0)
      await replaceFile(saveHead, `${JSON.stringify(report.heads)}\n`, 0o644);
    await showVerdict(io, settings, report, { compared: head !== undefined, savedTo: saveHead });
    return report.problems.length === 0 ? EXIT.done : EXIT.store;
  });
}

async function find(io: Io, store: Store, { since, user }: AuditFilter): Promise<Found> {
  let unreadable = 0;
  const all = await readAudit(store, {
    ...(since === undefined ? {} : { since: io.now() - since * 1000 }),
    onUnreadable: () => {
      unreadable += 1;
    },
  });
  const prepared = user === undefined ? undefined : prepareUsername(user);
  const name = prepared?.ok ? prepared.username : user;
  const records = name === undefined ? all : all.filter(({ username }) => username === name);
  return { records, unreadable };
}

/** What is missing from the output is told on stderr; the number says so as well. */
function exitAfter(io: Io, unreadable: number): ExitCode {
  if (unreadable === 0) return EXIT.done;
  warnOfUnreadable(io, unreadable);
  return EXIT.store;
}

async function readHeads(path: string): Promise<AuditHead[]> {
  const parsed = auditHeadSchema.array().safeParse(await parseJsonFile(path));
  if (!parsed.success) throw badHeadFile(path);
  return parsed.data;
}
