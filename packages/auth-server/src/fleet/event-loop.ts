/** Measures how long a process keeps its clients waiting because it is busy. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** The sampling interval of the monitor in milliseconds, which is included in every delay. */
const RESOLUTION = 20;
const REPORT_EVERY_MILLISECONDS = 1000;

/**
 * Reports each second the longest delay of the event loop in it, in seconds.
 *
 * @returns a function that stops the reports
 */
export function watchEventLoop(report: (seconds: number) => void): () => void {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION });
  monitor.enable();
  const timer = setInterval(() => {
    report(Math.max(0, monitor.max / 1e9 - RESOLUTION / 1000));
    monitor.reset();
  }, REPORT_EVERY_MILLISECONDS).unref();
  return () => {
    clearInterval(timer);
    monitor.disable();
  };
}
