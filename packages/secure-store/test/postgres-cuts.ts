/** A commit to PostgreSQL over a connection that is cut at some byte of the conversation. */
import { expect, onTestFinished } from 'vitest';
import type { Batch } from '../src/backend.ts';
import { postgresBackend } from '../src/postgres/backend.ts';
import { bytes } from './backend-contract.ts';
import { postgresPlace, SERVER_URL } from './postgres-place.ts';
import { wireTo } from './postgres-wire.ts';

/** If it were applied twice, the second time would fail. */
const insert = (key: string): Batch => ({
  checks: [{ key: bytes(key), starts: undefined }],
  writes: [{ key: bytes(key), value: bytes(key) }],
  durable: true,
});

/**
 * Commits `count` times: cut before the first byte, and after each further equal part of what the client
 * sends.
 */
export async function survivesCuts(count: number): Promise<void> {
  const place = await postgresPlace();
  onTestFinished(() => place.dispose());
  const wire = await wireTo(SERVER_URL);
  onTestFinished(() => wire.close());
  const commit = async (key: string) => {
    const backend = postgresBackend({ url: wire.through(place.url), poolSize: 1 });
    try {
      return await backend.commit(insert(key));
    } finally {
      await backend.close();
    }
  };

  await commit('first');
  let sent = 0;
  wire.meddle = (request) => {
    sent += request.length;
    return 'pass';
  };
  await commit('probe');
  const cuts = Array.from({ length: count }, (_, i) => Math.floor((sent * i) / count));
  for (const cut of cuts) {
    let left = cut;
    let broken = false;
    wire.meddle = (request, { client, server }) => {
      if (broken || left >= request.length) {
        left -= request.length;
        return 'pass';
      }
      broken = true;
      server.end(request.subarray(0, left));
      client.destroy();
      return 'kept';
    };
    expect(await commit(`cut ${cut}`), `after ${cut} bytes`).toEqual({ committed: true });
    expect(broken, `after ${cut} bytes`).toBe(true);
  }
  expect(await place.ask('SELECT key FROM countersign_rows')).toHaveLength(cuts.length + 2);
}
