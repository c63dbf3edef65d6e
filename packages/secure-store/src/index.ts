export type { Backend, Batch, Check, CommitOutcome, Key, Put, Range, Row } from './backend.ts';
export type { Collection, CommitOptions, Entry, UpdateOptions, Write } from './collection.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';
export { type Argon2Cost, DEFAULT_COST } from './kdf.ts';
export { memoryBackend } from './memory.ts';
export { isEmptyBackend, type OpenOptions, openStore } from './open.ts';
export type { SlotKind, Unlock } from './slot.ts';
export type { Store } from './store.ts';
