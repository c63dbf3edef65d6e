/** The ids of the rows of the ledger, and whose attempts each row counts. */
import { FACTORS, type FactorKind } from '@countersign/wire-protocol';
import type { Attempt } from './attempt.ts';

/** Whose attempts a row counts, and of which kind. */
export type Subject =
  /** Without `source`: from all sources together. Neither counts known devices. */
  | { readonly kind: 'password'; readonly username: string; readonly source?: string | undefined }
  /** From one known device; `account` is the uid. */
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

/** @param device the keyed hash stored in the account */
export function deviceId(account: string, device: string): string {
  return `device/${account}/${device}`;
}

/** What failed on an account since its last login, codes apart: anyone who knows the name changes it. */
export function accountId(account: string): string {
  return `account/${account}`;
}

/** The same for an attempt, whether or not there is such an account. */
export function failuresId({ account, known }: Attempt): string {
  return known ? accountId(account) : `stranger/${account}`;
}

/** The attempts with codes of an account, of all kinds of factor: only a client that proved the password changes it. */
export function codesId(account: string): string {
  return `codes/${account}`;
}

/** A source is an address or a network with its length after a slash; a name can contain slashes. */
const PAIR = /^pair\/([^/]+::\/64|[^/]+)\/(.*)$/s;
const NAME = /^name\/(.*)$/s;
const DEVICE = /^device\/([^/]+)\//;
const CODES = /^codes\/(.*)$/s;

/** Returns whose attempts the row of that id counts; nothing for rows that count other things or are shared. */
export function subjectsOf(id: string): readonly Subject[] {
  const [, source, username] = PAIR.exec(id) ?? [];
  if (source !== undefined && username !== undefined) return [{ kind: 'password', username, source }];
  const [, name] = NAME.exec(id) ?? [];
  if (name !== undefined) return [{ kind: 'password', username: name }];
  const [, owner] = DEVICE.exec(id) ?? [];
  if (owner !== undefined) return [{ kind: 'device', account: owner }];
  const [, account] = CODES.exec(id) ?? [];
  return account === undefined ? [] : FACTORS.map((kind) => ({ kind, account }));
}
