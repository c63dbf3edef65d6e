/** The ids of the ledger's rows: what each counts, and how to tell it from the id. */
import type { Attempt, FactorKind } from './attempt.ts';

/** Whose attempts a row counts, and of which kind. */
export type Subject =
  /** Without `source`: those of all sources together. Neither counts known devices. */
  | { readonly kind: 'password'; readonly username: string; readonly source?: string }
  /** Those of one known device; `account` is the uid. */
  | { readonly kind: 'device'; readonly account: string }
  | { readonly kind: FactorKind; readonly account: string };

export function pairId(source: string, username: string): string {
  return `pair/${source}/${username}`;
}

export function sourceId(source: string): string {
  return `source/${source}`;
}

export function nameId(username: string): string {
  return `name/${username}`;
}

/** `device` is the keyed hash that the account holds. */
export function deviceId(account: string, device: string): string {
  return `device/${account}/${device}`;
}

/** What failed on an account since its last login. */
export function accountId(account: string): string {
  return `account/${account}`;
}

/** The same for an attempt, whether or not its name has an account. */
export function failuresId({ account, known }: Attempt): string {
  return known ? accountId(account) : `stranger/${account}`;
}

export function factorId(account: string, kind: FactorKind): string {
  return `${kind}/${account}`;
}

/** A source is an address, or a network with its length behind a slash; a name may hold slashes. */
const PAIR = /^pair\/([^/]+::\/64|[^/]+)\/(.*)$/s;
const NAME = /^name\/(.*)$/s;
const DEVICE = /^device\/([^/]+)\//;
const FACTOR = /^(totp|recovery)\/(.*)$/s;

/** What the row of that id makes wait; nothing for rows that count other things, or those of several at once. */
export function subjectOf(id: string): Subject | undefined {
  const [, source, username] = PAIR.exec(id) ?? [];
  if (source !== undefined && username !== undefined) return { kind: 'password', username, source };
  const [, name] = NAME.exec(id) ?? [];
  if (name !== undefined) return { kind: 'password', username: name };
  const [, owner] = DEVICE.exec(id) ?? [];
  if (owner !== undefined) return { kind: 'device', account: owner };
  const [, kind, account] = FACTOR.exec(id) ?? [];
  if ((kind === 'totp' || kind === 'recovery') && account !== undefined) return { kind, account };
  return undefined;
}
