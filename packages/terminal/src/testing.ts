export { type MemoryIo, type MemoryIoOptions, memoryIo } from './program/memory-io.ts';
