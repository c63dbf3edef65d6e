/** The options of `start`, and what follows from them. */
import type { RegistrationPolicy } from '@countersign/auth-server';

/** How much a server logs. A level includes those before it. `debug` adds every connection. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
/** One of `LOG_LEVELS`. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The options, as commander passes them. */
export interface StartOptions {
  readonly host: string;
  readonly port: number;
  readonly public?: string | undefined;
  readonly proxyProtocol?: readonly string[] | undefined;
  readonly create?: boolean | undefined;
  readonly workers: number;
  readonly registration?: RegistrationPolicy | undefined;
  readonly issuer?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
  readonly limits?: string | undefined;
  readonly logLevel: LogLevel;
  /** Logs only warnings and errors, and does not print where it listens. */
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly auditDays?: number | undefined;
  readonly sshHours?: number | undefined;
  readonly issuerUrl?: string | undefined;
  readonly httpPort?: number | undefined;
  readonly metricsPort?: number | undefined;
}

/** Returns the level that was chosen. */
export function levelOf({ logLevel, quiet = false, verbose = false }: StartOptions): LogLevel {
  if (quiet) return 'warn';
  return verbose ? 'debug' : logLevel;
}

/** Returns who can register. The default is `open` if only this machine can connect, otherwise `invite`. */
export function registrationOf({ host, proxyProtocol, registration }: StartOptions): RegistrationPolicy {
  const isLoopback = host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
  // A relay on this machine lets others connect.
  return registration ?? (isLoopback && proxyProtocol === undefined ? 'open' : 'invite');
}
