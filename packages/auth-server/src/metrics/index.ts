export { type MetricsOptions, metricsPage, type State } from './metrics.ts';
