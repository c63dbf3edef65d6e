/** `audit …`: what happened, and whether the log of it is whole. */
import {
  type AuditHead,
  auditHeadSchema,
  exportAudit as everyEvent,
  type ReadOptions,
  readAudit,
  verifyAudit,
} from '@countersign/auth-server/audit';
import { prepareUsername } from '@countersign/srp-core';
import { EXIT, type ExitCode, type Io, withSpinner } from '@countersign/terminal';
import { Missing } from '../missing.ts';
import { withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { parseJsonFile, replaceFile } from '../text-file.ts';
import { waits } from '../ui/asking.ts';
import { badHeadFile, printEvent, showEvents, showVerdict } from '../ui/audit.ts';

export interface AuditFilter {
  /** Seconds before now. */
  readonly since?: number;
  readonly user?: string;
}

export interface AuditShowOptions extends AuditFilter {
  readonly last: number;
}

export interface AuditVerifyOptions {
  readonly head?: string;
  readonly saveHead?: string;
}

export async function showAudit(
  io: Io,
  settings: Settings,
  { last, ...filter }: AuditShowOptions,
): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    const missing = new Missing();
    await showEvents(io, settings, await readAudit(store, { ...toRead(io, filter, missing), last }));
    return missing.exit(io, 'event');
  });
}

export async function exportAudit(io: Io, settings: Settings, filter: AuditFilter): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    const missing = new Missing();
    for await (const record of everyEvent(store, toRead(io, filter, missing))) await printEvent(io, record);
    return missing.exit(io, 'event');
  });
}

export async function verifyAuditLog(
  io: Io,
  settings: Settings,
  { head, saveHead }: AuditVerifyOptions,
): Promise<ExitCode> {
  const kept = head === undefined ? [] : await readHeads(head, io.signal);
  return withStore(io, settings, async (store) => {
    const report = await withSpinner(io, waits.verifying, () => verifyAudit(store, kept));
    // Heads of a damaged log would vouch for the damage.
    if (saveHead !== undefined && report.problems.length === 0)
      await replaceFile(saveHead, `${JSON.stringify(report.heads)}\n`, 0o644);
    await showVerdict(io, settings, report, { compared: head !== undefined, savedTo: saveHead });
    return report.problems.length === 0 ? EXIT.done : EXIT.store;
  });
}

/** Whose those are that cannot be read, and of when, cannot be told: all are missing. */
function toRead(io: Io, { since, user }: AuditFilter, missing: Missing): ReadOptions {
  const prepared = user === undefined ? undefined : prepareUsername(user);
  return {
    ...(since === undefined ? {} : { since: io.now() - since * 1000 }),
    username: prepared?.ok ? prepared.username : user,
    onUnreadable: missing.note,
  };
}

async function readHeads(path: string, signal: AbortSignal): Promise<AuditHead[]> {
  const parsed = auditHeadSchema.array().safeParse(await parseJsonFile(path, signal));
  if (!parsed.success) throw badHeadFile(path);
  return parsed.data;
}
