/** Exits with a code during a commit, or `afterwards`. */
import { lmdbBackend } from '@countersign/secure-store/lmdb';

const [dir = '', code = '', when] = process.argv.slice(2);
const backend = lmdbBackend({ dir });
const write = (/** @type {number} */ n) =>
  backend.commit({ checks: [], writes: [{ key: Uint8Array.of(n), value: Uint8Array.of(n) }], durable: true });

process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
await write(0);
const writing = write(1);
if (when === 'afterwards') await writing;
// By now the writing thread asks for the callback of the transaction.
else await new Promise((resolve) => setImmediate(resolve));
process.exit(Number(code));
