export { COUNTER_NAMES, type CounterName } from './counts.ts';
export { type FleetOptions, startFleet, type WorkerError } from './fleet.ts';
export { BUCKET_BOUNDS, type Distribution, type HistogramName } from './histograms.ts';
export type { Work } from './messages.ts';
export { Meter } from './meter.ts';
export { type ServeHooks, type ServeOptions, type Serving, type ServingAt, serve } from './serve.ts';
export { runWorker, type WorkerOptions } from './worker.ts';
export { makeRoomForYoungObjects } from './young-objects.ts';
