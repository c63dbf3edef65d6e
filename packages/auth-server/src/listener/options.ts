/** What a server is started with, what it reports, and how a running one is used. */
import type { Store } from '@countersign/secure-store';
import type { Timers } from '@countersign/tls-channel';
import type { AuditEvent } from '../audit/event.ts';
import type { Limits } from '../limits/limits.ts';
import type { OnLogin } from '../session/on-login.ts';
import type { CompletedLogin, Profile, RegistrationPolicy } from '../session/services.ts';
import type { Condition } from './following.ts';
import type { OnMeasure } from './stages.ts';

/** How long audit events are kept, in days. */
export const DEFAULT_AUDIT_DAYS = 90;

/** Options of `startAuthServer`. */
export interface ServerOptions {
  readonly store: Store;
  /** The private key and certificate, in PEM. */
  readonly key: string;
  readonly cert: string;
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** 0 selects any free port. */
  readonly port: number;
  /**
   * TCP relays in front of the server that send the PROXY protocol, as addresses and networks (`192.0.2.1`, `10.0.0.0/8`).
   * They are believed: limits and audit events use the addresses that they report.
   */
  readonly relays?: readonly string[] | undefined;
  /** Who can register. */
  readonly registration: RegistrationPolicy;
  /** Shown by authenticator apps above the account; default `Countersign`. */
  readonly issuer?: string | undefined;
  /** Default `DEFAULT_LIMITS`. */
  readonly limits?: Limits | undefined;
  /** Default `DEFAULT_SERVER_PROFILE`. */
  readonly profile?: Profile | undefined;
  /** How many hours an SSH certificate is valid at most; default 10. */
  readonly sshHours?: number | undefined;
  /** The URL under which verifiers find the keys of tokens, an origin with https. Without it no tokens are issued. */
  readonly issuerUrl?: string | undefined;
  /** Audit events older than this many days are removed, at the start and hourly; default `DEFAULT_AUDIT_DAYS`. */
  readonly auditDays?: number | undefined;
  /** Unix milliseconds. */
  readonly clock?: (() => number) | undefined;
  /** The monotonic clock for all deadlines; for tests. */
  readonly timers?: Timers | undefined;
  readonly randomBytes?: ((length: number) => Uint8Array) | undefined;
  /**
   * Decides on each login whose password and second factor are right, and can refuse it. It must decide within five seconds;
   * otherwise, or if it throws, the login is refused. It is called before the login is committed. In rare cases the login then
   * fails because another client was faster; `onEvent` reports the logins that succeeded.
   */
  readonly onLogin?: OnLogin | undefined;
  /** Receives events for a log. They contain no secrets and no text of the other side. */
  readonly onEvent?: ((event: ServerEvent) => void) | undefined;
  /** Receives how long the stages of logins take. */
  readonly onMeasure?: OnMeasure | undefined;
}

/** The settings that can change while a server runs. */
export type ChangeableOptions = Pick<
  ServerOptions,
  'registration' | 'relays' | 'limits' | 'sshHours' | 'auditDays'
>;

/** Something that happened, for a log. */
export type ServerEvent =
  | { readonly kind: 'connected'; readonly source: string }
  /** A connection that was refused before its first message. */
  | { readonly kind: 'refused'; readonly source: string; readonly because: string }
  | { readonly kind: 'disconnected'; readonly source: string; readonly because: string }
  /** A complete login, whatever the second factor was. The audit log has a different event for each kind. */
  | ({ readonly kind: 'login.succeeded' } & CompletedLogin)
  /** An event of the audit log. */
  | { readonly kind: 'audited'; readonly event: AuditEvent }
  | { readonly kind: 'failure'; readonly error: unknown };

/** A running server, returned by `startAuthServer`. */
export interface AuthServer {
  readonly host: string;
  readonly port: number;
  /** The pin of the certificate in use. */
  readonly pin: string;
  /** The number of open connections. */
  readonly connections: number;
  /** The state of the store. */
  readonly condition: Condition;
  /**
   * Uses another key and certificate for new connections.
   *
   * @throws {ChannelError} bad_certificate
   */
  setIdentity(identity: { key: string; cert: string }): void;
  /**
   * Uses other settings from now on, for open connections too. Those left out get their defaults.
   *
   * @throws {RangeError} if one of `relays` is neither an address nor a network; then nothing has changed
   */
  change(settings: ChangeableOptions): Promise<void>;
  /**
   * Resolves with the reason when the store is lost for good: moved, deleted, rolled back, or locked to this process. Every
   * login fails from then on, and the process should end.
   */
  readonly lost: Promise<unknown>;
  /** Waits for commits in flight, closes all connections and writes the rest of the audit log. Can be called again. */
  close(): Promise<void>;
}
