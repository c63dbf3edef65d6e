import { findGroup, findMigrationGroup } from '../src/index.ts';

/** Every group of the package, smallest first. */
export const ALL_GROUPS = [
  ...['migration-1024', 'migration-1536'].map(findMigrationGroup),
  ...['2048', '3072', '4096', '6144', '8192'].map(findGroup),
].filter((group) => group !== undefined);
