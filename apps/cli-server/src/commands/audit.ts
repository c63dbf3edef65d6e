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
import { badHeadFile, showEvents, showVerdict } from '../ui/audit.ts';

export async function showAudit(
  io: Io,
  settings: Settings,
  { last, ...filter }: AuditShowOptions,
): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    await showEvents(io, settings, (await find(io, store, filter)).slice(-last));
    return EXIT.done;
  });
}

export async function exportAudit(io: Io, settings: Settings, filter: AuditFilter): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    for (const record of await find(io, store, filter)) await printJson(io, { ...record });
    return EXIT.done;
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

async function find(io: Io, store: Store, { since, user }: AuditFilter): Promise<AuditRecord[]> {
  const records = await readAudit(store, since === undefined ? 0 : io.now() - since * 1000);
  if (user === undefined) return records;
  const prepared = prepareUsername(user);
  const name = prepared.ok ? prepared.username : user;
  return records.filter(({ username }) => username === name);
}

async function readHeads(path: string): Promise<AuditHead[]> {
  const parsed = auditHeadSchema.array().safeParse(await parseJsonFile(path));
  if (!parsed.success) throw badHeadFile(path);
  return parsed.data;
}
