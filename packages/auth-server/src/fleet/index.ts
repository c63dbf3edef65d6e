export { type FleetOptions, startFleet, type WorkerError } from './fleet.ts';
export type { Work } from './messages.ts';
export { Meter } from './meter.ts';
export { type Reloading, reloading } from './reload.ts';
export { type ServeHooks, type ServeOptions, type Serving, type ServingAt, serve } from './serve.ts';
export { notifySystemd } from './systemd.ts';
export { runWorker, type WorkerOptions } from './worker.ts';
export { makeRoomForYoungObjects } from './young-objects.ts';
