/** All benchmarks by name, loaded when they run. */
import type { Report } from './report.ts';

interface Benchmark {
  run(): Promise<Report>;
}

export const BENCHMARKS: Record<string, () => Promise<Benchmark>> = {
  'srp-server-half': () => import('./srp-server-half.ts'),
  'srp-peers': () => import('./srp-peers.ts'),
  'srp-python': () => import('./srp-python.ts'),
  'srp-first-call': () => import('./srp-first-call.ts'),
  stretching: () => import('./stretching.ts'),
  login: () => import('./login.ts'),
  'login-cost': () => import('./login-cost/login-cost.ts'),
  'login-unknown': () => import('./login-unknown.ts'),
  'srp-timing': () => import('./srp-timing.ts'),
  totp: () => import('./totp.ts'),
  credentials: () => import('./credentials.ts'),
  'store-size': () => import('./store-size.ts'),
  'store-get': () => import('./store-get.ts'),
  'store-postgres': () => import('./store-postgres.ts'),
  'store-writers': () => import('./store-writers.ts'),
};

/** If processor time is measured, the garbage collector must not work on another core. */
const ONE_CORE: readonly string[] = ['--single-threaded-gc'];

/** The Node options of a benchmark. */
export const NODE_OPTIONS: Partial<Record<string, readonly string[]>> = {
  'srp-server-half': ONE_CORE,
  'srp-peers': ONE_CORE,
  'srp-python': ONE_CORE,
  totp: ONE_CORE,
  credentials: ONE_CORE,
  'store-size': ONE_CORE,
  'store-get': ONE_CORE,
};
