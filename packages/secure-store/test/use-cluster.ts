/** A PostgreSQL server for a suite, and back ends on it that are closed after each test. */
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Backend } from '../src/backend.ts';
import { type PostgresOptions, postgresBackend } from '../src/postgres/backend.ts';
import { type Cluster, makeCluster } from './postgres-cluster.ts';
import { type PostgresPlace, postgresPlace } from './postgres-place.ts';

interface ClusterInUse {
  /** Runs from the first test of the suite to the last. */
  readonly cluster: Cluster;
  open(options: PostgresOptions): Backend;
  openPlace(options?: Partial<PostgresOptions>): Promise<{ place: PostgresPlace; backend: Backend }>;
}

/** Call it in a `describe`. */
export function useCluster(): ClusterInUse {
  let cluster: Cluster | undefined;
  let places: PostgresPlace[] = [];
  let backends: Backend[] = [];
  const running = () => {
    if (cluster === undefined) throw new Error('the cluster runs in tests only');
    return cluster;
  };
  const open = (options: PostgresOptions) => {
    const backend = postgresBackend(options);
    backends.push(backend);
    return backend;
  };
  beforeAll(async () => {
    cluster = await makeCluster();
  });
  afterEach(async () => {
    for (const backend of backends) await backend.close();
    for (const place of places) await place.dispose();
    [backends, places] = [[], []];
  });
  afterAll(async () => {
    await cluster?.dispose();
  });
  return {
    get cluster() {
      return running();
    },
    open,
    async openPlace(options = {}) {
      const place = await postgresPlace(running().url);
      places.push(place);
      return { place, backend: open({ url: place.url, ...options }) };
    },
  };
}
