import type { Store } from '@countersign/secure-store';
import { CURRENT_SUITE, DEFAULT_STRETCH, type Stretch, type Suite } from '@countersign/srp-core';
import { DEFAULT_PROFILE, formatOtpauth, type TotpProfile, TotpSecret } from '@countersign/totp-core';
import { openRegistry, type Registry } from '../accounts/registry.ts';
import type { AuditEvent } from '../audit/event.ts';
import { AuthError } from '../errors.ts';
import { Ledger } from '../limits/ledger.ts';
import { DEFAULT_LIMITS, type Limits } from '../limits/limits.ts';
import { Starts } from '../limits/starts.ts';

export type RegistrationPolicy = 'open' | 'invite' | 'closed';

/** How new credentials are made: the only profile that registration and upgrades take. */
export interface Profile {
  readonly suite: Suite;
  readonly stretch: Stretch;
  readonly totp: TotpProfile;
}

export const DEFAULT_SERVER_PROFILE: Profile = {
  suite: CURRENT_SUITE,
  stretch: DEFAULT_STRETCH,
  totp: DEFAULT_PROFILE,
};

/** What every session stands on: storage, time and randomness come in from outside. */
export interface Services extends Registry {
  readonly ledger: Ledger;
  readonly starts: Starts;
  readonly limits: Limits;
  readonly profile: Profile;
  readonly registration: RegistrationPolicy;
  /** Shown by authenticator apps above the account. */
  readonly issuer: string;
  /** To be called with every login that is committed. */
  readonly onLogin: (login: CompletedLogin) => void;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Milliseconds of a monotonic clock: what a deadline of a connection is measured with. */
  readonly uptime: () => number;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** A login with both factors. */
export interface CompletedLogin {
  readonly uid: string;
  readonly username: string;
  readonly source: string;
  /** What was shown beside the password. */
  readonly factor: 'totp' | 'recovery';
  /** It completed an administrator's reset: the recovery code was theirs, and a new authenticator is enrolled. */
  readonly reset: boolean;
}

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
  /** Called for every event of the audit log. */
  onAudit?: ((event: AuditEvent) => void) | undefined;
  /** Receives every login that is completed. */
  onLogin?: ((login: CompletedLogin) => void) | undefined;
}

/** @throws AuthError `bad_option` for an issuer that no otpauth URI can carry. */
export function createServices(options: ServiceOptions): Services {
  const { store, clock, randomBytes, registration } = options;
  const limits = options.limits ?? DEFAULT_LIMITS;
  const issuer = options.issuer ?? 'Countersign';
  checkIssuer(issuer);
  const registry = openRegistry({ store, clock, randomBytes, onEvent: options.onAudit });
  // The rows of an account that was removed have nothing to report.
  const marksOf = async (username: string) => {
    const account = await registry.accounts.find(username);
    return account ? (account.proofs ?? 0) : Number.MAX_SAFE_INTEGER;
  };
  return {
    ...registry,
    ledger: new Ledger({ store, limits, clock, marksOf }),
    starts: new Starts({ limits, clock }),
    limits,
    profile: options.profile ?? DEFAULT_SERVER_PROFILE,
    registration,
    issuer,
    onLogin: options.onLogin ?? (() => {}),
    clock,
    uptime: options.uptime ?? (() => performance.now()),
    randomBytes,
  };
}

function checkIssuer(issuer: string): void {
  try {
    // The longest user name there is: 200 bytes, each percent-encoded.
    formatOtpauth({ issuer, account: '𠮷'.repeat(50), secret: TotpSecret.generate() });
  } catch (cause) {
    throw new AuthError('bad_option', 'the issuer cannot stand in an otpauth URI', { cause });
  }
}

/** Unix seconds. */
export function secondsNow(services: Services): number {
  return Math.floor(services.clock() / 1000);
}
