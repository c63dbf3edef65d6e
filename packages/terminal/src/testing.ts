export { type MemoryIo, type MemoryIoOptions, memoryIo } from './memory-io.ts';
