/** What an administrator sees of an account. */
import { CURRENT_SUITE } from '@countersign/srp-core';
import type { Failures } from '../limits/ledger.ts';
import type { Wait, Waits } from '../limits/waits.ts';
import type { Account, Credential } from './account.ts';
import type { Device } from './devices.ts';
import { refusedUntil } from './last-step.ts';

/** An account without its secrets. Times are in Unix seconds. */
export interface AccountOverview
  extends Readonly<Pick<Account, 'username' | 'created' | 'lastLogin' | 'roles'>> {
  /**
   * `codes_locked`: too many wrong codes in a row. `waiting`: passwords or codes are not accepted now, or not from
   * everywhere. `password_reset`: the user has to set a new password, and then, if the authenticator was reset too, to
   * enrol again. `totp_reset`: the user has to enrol again.
   */
  readonly state: 'active' | 'disabled' | 'password_reset' | 'totp_reset' | 'codes_locked' | 'waiting';
  /** A wait after too many failures: what is not accepted, from where, and until when. */
  readonly waits: readonly Wait[];
  readonly recoveryCodesLeft: number;
  /** The credential is still the imported one. */
  readonly imported: boolean;
}

/** What `show` returns. */
export interface AccountDetails
  extends AccountOverview,
    Pick<Credential, 'suite' | 'stretch'>,
    Readonly<Pick<Account, 'clockOffsets'>> {
  readonly totp: Pick<Account['totp'], 'algorithm' | 'digits' | 'period' | 'weak'>;
  /** Since the last login. */
  readonly failures: Failures;
  /** The known devices, the last one used first. */
  readonly devices: readonly Pick<Device, 'added' | 'used' | 'source'>[];
  /** Until when every code counts as used, because the clock was ahead when the last one was used. `unlock` ends this. */
  readonly codesRefusedUntil: number | undefined;
}

/** @param now Unix seconds */
export function detailsOf(account: Account, waits: Waits, failures: Failures, now: number): AccountDetails {
  const { suite, stretch } = account.credential;
  const { algorithm, digits, period, weak } = account.totp;
  return {
    ...overviewOf(account, waits),
    suite,
    stretch,
    totp: { algorithm, digits, period, weak },
    failures,
    devices: account.devices
      .map(({ added, used, source }) => ({ added, used, source }))
      .toSorted((a, b) => b.used - a.used),
    clockOffsets: account.clockOffsets,
    codesRefusedUntil: refusedUntil(account, now),
  };
}

export function overviewOf(account: Account, waits: Waits): AccountOverview {
  const { username, created, lastLogin, recovery, roles, credential } = account;
  const own = waits.of(account);
  return {
    username,
    created,
    lastLogin,
    state: stateOf(account, own),
    waits: own,
    recoveryCodesLeft: recovery.length,
    roles,
    imported: credential.suite !== CURRENT_SUITE.name,
  };
}

function stateOf(
  { disabled, passwordReset, totpReset }: Account,
  waits: readonly Wait[],
): AccountOverview['state'] {
  if (disabled) return 'disabled';
  if (passwordReset !== undefined) return 'password_reset';
  if (totpReset) return 'totp_reset';
  if (waits.some(({ kind, until }) => kind === 'totp' && until === undefined)) return 'codes_locked';
  return waits.length > 0 ? 'waiting' : 'active';
}
