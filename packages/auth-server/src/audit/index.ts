export {
  type AuditEvent,
  type AuditHead,
  type AuditKind,
  type AuditRecord,
  auditHeadSchema,
  type Span,
  spanOf,
} from './event.ts';
export { Journal, type JournalOptions } from './journal.ts';
export { KeyAdministration } from './key-administration.ts';
export { exportAudit, type ReadOptions, readAudit } from './read.ts';
export { keepServedKey, type ServedKey, servedKey } from './served-key.ts';
export { type AuditProblem, type AuditReport, verifyAudit } from './verify.ts';
export { auditProblemInWords, type Describable, eventInWords } from './words.ts';
