export type { Argon2Cost } from '@countersign/argon2id';
export type { Backend, Batch, Check, CommitOutcome, Key, Put, Range, Row } from './backend.ts';
export type { BackupOptions, BackupReport } from './backup.ts';
export type { Bad, CheckOptions, CheckReport } from './check.ts';
export type {
  Collection,
  CommitOptions,
  EntriesOptions,
  Entry,
  Unreadable,
  UpdateOptions,
  Write,
} from './collection.ts';
export { type CopyOptions, type CopyReport, copyStore } from './copy.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';
export { DEFAULT_COST } from './kdf.ts';
export type {
  ChangeOptions,
  KeyInfo,
  KeyLife,
  KeyStatus,
  NewSlotOptions,
  ResealOptions,
  SlotInfo,
  Together,
  TogetherOptions,
} from './key-life.ts';
export { memoryBackend } from './memory.ts';
export { isEmptyBackend, type OpenOptions, openStore } from './open.ts';
export type { ResealProgress, ResealReport } from './reseal.ts';
export {
  REMOVE,
  type RestoreOptions,
  type RestoreReport,
  type RestoreRule,
  restoreRule,
  restoreStore,
} from './restore.ts';
export type { SlotKind, Unlock } from './slot.ts';
export type { Store } from './store.ts';
