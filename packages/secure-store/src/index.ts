export type { Argon2Cost } from '@countersign/argon2id';
export {
  type Backend,
  type Batch,
  type Check,
  type CommitOutcome,
  isEmptyBackend,
  isLostTo,
  type Key,
  type Put,
  type Range,
  type Row,
} from './backend.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';
export type {
  ChangeOptions,
  KeyLife,
  NewSlotOptions,
  ResealOptions,
  Together,
  TogetherOptions,
} from './keys/key-life.ts';
export type { KeyInfo, KeyStatus, SlotInfo } from './keys/keys.ts';
export type { ResealProgress, ResealReport } from './keys/reseal.ts';
export type { SlotKind, Unlock } from './keys/slot.ts';
export { memoryBackend } from './memory.ts';
export { type OpenOptions, openStore } from './open.ts';
export type {
  Collection,
  EntriesOptions,
  Entry,
  Unreadable,
} from './records/collection.ts';
export { isConflict, retryConflicts } from './records/retry.ts';
export type { CommitOptions, Write } from './records/write.ts';
export type { Store } from './store.ts';
export type { BackupOptions, BackupReport } from './transfer/backup.ts';
export { type CopyOptions, type CopyReport, copyStore } from './transfer/copy.ts';
export { type BackupSource, REMOVE, type RestoreRule, restoreRule } from './transfer/opened-backup.ts';
export type { ProgressOptions } from './transfer/progress.ts';
export {
  type BackupFacts,
  type RestoreOptions,
  type RestoreReport,
  restoreStore,
  verifyBackup,
} from './transfer/restore.ts';
export type { Bad, CheckReport } from './transfer/snapshot.ts';
