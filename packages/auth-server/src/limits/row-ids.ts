/** The ids of the ledger's rows: what each counts, and how to tell it from the id. */
import type { Attempt, FactorKind } from './ledger.ts';

/** Whose attempts a row counts, and of which kind. */
export type Subject =
  /** Without `source`: those of all sources that have never logged in to the account; a `familiar` one has. */
  | {
      readonly kind: 'password';
      readonly username: string;
      readonly source?: string;
      readonly familiar: boolean;
    }
  /** `account` is the uid. */
  | { readonly kind: FactorKind; readonly account: string };

export function passwordIds({ source, username, account, known, familiar }: Attempt) {
  return {
    pair: `${familiar ? 'familiar' : 'pair'}/${source}/${username}`,
    source: `source/${source}`,
    name: nameId(username),
    account: known ? accountId(account) : `stranger/${account}`,
  };
}

export function nameId(username: string): string {
  return `name/${username}`;
}

/** What failed on an account since its last login. */
export function accountId(account: string): string {
  return `account/${account}`;
}

export function factorId(account: string, kind: FactorKind): string {
  return `${kind}/${account}`;
}

/** A source is an address, or a network with its length behind a slash; a name may hold slashes. */
const PAIR = /^(pair|familiar)\/([^/]+::\/64|[^/]+)\/(.*)$/s;
const NAME = /^name\/(.*)$/s;
const FACTOR = /^(totp|recovery)\/(.*)$/s;

/** What the row of that id makes wait; nothing for rows that count other things, or those of several at once. */
export function subjectOf(id: string): Subject | undefined {
  const [, whose, source, username] = PAIR.exec(id) ?? [];
  if (source !== undefined && username !== undefined)
    return { kind: 'password', username, source, familiar: whose === 'familiar' };
  const [, name] = NAME.exec(id) ?? [];
  if (name !== undefined) return { kind: 'password', username: name, familiar: false };
  const [, kind, account] = FACTOR.exec(id) ?? [];
  if ((kind === 'totp' || kind === 'recovery') && account !== undefined) return { kind, account };
  return undefined;
}
