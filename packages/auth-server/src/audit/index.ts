export {
  type AuditEvent,
  type AuditHead,
  type AuditKind,
  type AuditRecord,
  auditHeadSchema,
  type Span,
  spanOf,
} from './event.ts';
export { Journal } from './journal.ts';
export { type AuditProblem, type AuditReport, pruneAudit, readAudit, verifyAudit } from './verify.ts';
