export type { Backend, Batch, Check, CommitOutcome, Key, Put, Range, Row } from './backend.ts';
export { StoreError, type StoreErrorCode } from './errors.ts';
export { memoryBackend } from './memory.ts';
