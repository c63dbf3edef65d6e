export { keptAddress } from '../last-start.ts';
export { type Account, accountSchema } from './account.ts';
export { Accounts } from './accounts.ts';
export { Administration } from './administration.ts';
export {
  identityForBackup,
  type RestoreBackupOptions,
  type RestoredBackup,
  restoreBackup,
  verifyBackup,
} from './backup.ts';
export { type ClockReport, checkClock } from './clock-check.ts';
export {
  type ImportOutcome,
  type ImportPlan,
  type PlannedAccount,
  planImport,
  type RepeatedRow,
  runImport,
} from './import.ts';
export type { UnmatchedRename } from './import-rename.ts';
export { canBeRenamed, type ImportRow, problemInWords, type RowProblem } from './import-row.ts';
export { type Invitation, Invitations } from './invitations.ts';
export { readJsonLinesFile } from './json-lines-file.ts';
export { type LegacyReading, readLegacyFile } from './legacy-file.ts';
export type { AccountDetails, AccountOverview } from './overview.ts';
export { openRegistry, type Registry, type RegistryOptions } from './registry.ts';
export { isRole, MOST_ROLES, type RoleChange } from './roles.ts';
export type { AccountKey } from './standing.ts';
