/** How much a server logs. */

/** A level includes those before it. `debug` adds every connection. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
/** One of `LOG_LEVELS`. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The options of `start` about its log. */
export interface LogChoice {
  readonly logLevel: LogLevel;
  /** Logs only warnings and errors, and does not print where it listens. */
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** Returns the level that was chosen. */
export function levelOf({ logLevel, quiet = false, verbose = false }: LogChoice): LogLevel {
  if (quiet) return 'warn';
  return verbose ? 'debug' : logLevel;
}
