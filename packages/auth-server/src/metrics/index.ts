export { Metrics, type MetricsOptions, type State } from './metrics.ts';
