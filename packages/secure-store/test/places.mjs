/** Where a harness keeps its store: `lmdb:DIR` or a PostgreSQL URL. */
import { lmdbBackend } from '@countersign/secure-store/lmdb';
import { postgresBackend } from '@countersign/secure-store/postgres';

/** @param {string} place */
export function backendOf(place) {
  return place.startsWith('lmdb:')
    ? lmdbBackend({ dir: place.slice('lmdb:'.length) })
    : postgresBackend({ url: place });
}
