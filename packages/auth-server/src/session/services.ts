import type { Store } from '@countersign/secure-store';
import { CURRENT_SUITE, DEFAULT_STRETCH, type Stretch, type Suite } from '@countersign/srp-core';
import { DEFAULT_PROFILE, formatOtpauth, type TotpProfile, TotpSecret } from '@countersign/totp-core';
import type { FactorKind } from '@countersign/wire-protocol';
import { openRegistry, type Registry } from '../accounts/registry.ts';
import type { AuditEvent } from '../audit/event.ts';
import { SshCertificates } from '../credentials/ssh-certificates.ts';
import { Tokens } from '../credentials/tokens/tokens.ts';
import { AuthError } from '../errors.ts';
import { Ledger } from '../limits/ledger.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits/limits.ts';
import { Starts } from '../limits/starts.ts';
import { isUnreadable } from '../store-errors.ts';
import type { OnLogin } from './on-login.ts';

/** Who can register. */
export type RegistrationPolicy = 'open' | 'invite' | 'closed';

/** How new credentials are made. Registrations and upgrades with another profile are refused. */
export interface Profile {
  readonly suite: Suite;
  readonly stretch: Stretch;
  readonly totp: TotpProfile;
}

/** The profile of the service: 3072-bit SRP, Argon2id, and the TOTP parameters that all apps support. */
export const DEFAULT_SERVER_PROFILE: Profile = {
  suite: CURRENT_SUITE,
  stretch: DEFAULT_STRETCH,
  totp: DEFAULT_PROFILE,
};

/** What all sessions of a process share. Storage, time and randomness are given from outside. */
export interface Services extends Registry {
  readonly ledger: Ledger;
  readonly starts: Starts;
  readonly ssh: SshCertificates;
  readonly tokens: Tokens;
  /** The server's own copy, which changes in place when the limits change. */
  readonly limits: Limits;
  readonly profile: Profile;
  registration: RegistrationPolicy;
  /** Shown by authenticator apps above the account. */
  readonly issuer: string;
  /** Decides on logins before they are committed. */
  readonly decideLogin: OnLogin | undefined;
  /** Called for every complete login. */
  readonly onLogin: (login: CompletedLogin) => void;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Milliseconds of a monotonic clock, for the deadlines of connections. */
  readonly uptime: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** A complete login. */
export interface CompletedLogin {
  readonly uid: string;
  readonly username: string;
  readonly source: string;
  /** The second factor. */
  readonly factor: FactorKind;
  /** It completed an administrator's reset: a new authenticator was enrolled with the administrator's recovery code. */
  readonly reset: boolean;
}

/** Options of `createServices`. */
export interface ServiceOptions {
  store: Store;
  clock: () => number;
  /** Monotonic milliseconds; `performance.now` by default. */
  uptime?: (() => number) | undefined;
  randomBytes: (length: number) => Uint8Array;
  registration: RegistrationPolicy;
  issuer?: string | undefined;
  limits?: Limits | undefined;
  profile?: Profile | undefined;
  /** How long an SSH certificate is valid at most; default 10. */
  sshHours?: number | undefined;
  /** The URL under which verifiers find the keys of tokens, an origin with https. Without it no tokens are issued. */
  issuerUrl?: string | undefined;
  /** Called for every event of the audit log. */
  onAudit?: ((event: AuditEvent) => void) | undefined;
  /** Decides on logins before they are committed. */
  decideLogin?: OnLogin | undefined;
  /** Called for every complete login. */
  onLogin?: ((login: CompletedLogin) => void) | undefined;
}

/**
 * Creates what the sessions of a process share.
 *
 * @throws {AuthError} bad_option if an otpauth URI cannot carry the issuer
 */
export function createServices(options: ServiceOptions): Services {
  const { store, clock, randomBytes, registration } = options;
  const limits = structuredClone(options.limits ?? DEFAULT_LIMITS);
  const issuer = options.issuer ?? 'Countersign';
  checkIssuer(issuer);
  const registry = openRegistry({ store, clock, randomBytes, onEvent: options.onAudit });
  const marksOf = async (username: string) => {
    try {
      const account = await registry.accounts.find(username);
      // An account that was removed has nothing to report.
      return account ? (account.proofs ?? 0) : Number.MAX_SAFE_INTEGER;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return 0;
    }
  };
  return {
    ...registry,
    ledger: new Ledger({ store, limits, clock, marksOf }),
    starts: new Starts({ limits, clock }),
    ssh: new SshCertificates(registry, { store, clock, randomBytes, hours: options.sshHours }),
    tokens: new Tokens(registry, { store, clock, randomBytes, issuerUrl: options.issuerUrl }),
    limits,
    profile: options.profile ?? DEFAULT_SERVER_PROFILE,
    registration,
    issuer,
    decideLogin: options.decideLogin,
    onLogin: options.onLogin ?? (() => {}),
    clock,
    uptime: options.uptime ?? (() => performance.now()),
    randomBytes,
  };
}

function checkIssuer(issuer: string): void {
  try {
    // The longest user name: 200 bytes, each percent-encoded.
    formatOtpauth({ issuer, account: '𠮷'.repeat(50), secret: TotpSecret.generate() });
  } catch (cause) {
    throw new AuthError('bad_option', 'an otpauth URI cannot carry this issuer', { cause });
  }
}

/** Returns the time in Unix seconds. */
export function secondsNow(services: Services): number {
  return Math.floor(services.clock() / 1000);
}
