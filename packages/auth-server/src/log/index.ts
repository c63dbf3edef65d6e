export { EventLog, type LogEntry } from './event-log.ts';
