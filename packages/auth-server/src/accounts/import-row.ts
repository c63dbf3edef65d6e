import type { TotpProfile } from '@countersign/totp-core';

/** One user of another system, as far as it could be read. */
export interface ImportRow {
  /** Where it stands in the file, counted from 1. */
  readonly line: number;
  /** What the other system called the user. */
  readonly name: string;
  /** The I inside x. */
  readonly identity: string;
  /** The suite whose x the verifier was made with. */
  readonly suite: string;
  readonly salt: Uint8Array;
  /** With or without leading zeros. */
  readonly verifier: Uint8Array;
  readonly roles?: readonly string[] | undefined;
  /** `secret` in base32. */
  readonly totp: TotpProfile & { readonly secret: string };
}

/** A row that cannot be taken as it is. `name` is for the administrator who brought the file. */
export interface RowProblem {
  readonly line: number;
  readonly name: string;
  readonly problem:
    | 'not_csv'
    | 'not_json'
    | 'wrong_number_of_fields'
    | 'bad_fields'
    | 'bad_name'
    /** The I inside x is none that a login can carry. */
    | 'bad_identity'
    | 'bad_salt'
    | 'bad_verifier'
    | 'bad_secret'
    | 'unknown_suite'
    /** Two rows become one name by the rules of user names. */
    | 'same_name'
    /** An account of that name is there already. */
    | 'name_taken'
    /** The name given with `--rename` is outside the rules. */
    | 'bad_rename';
  /** With `bad_fields` the first of them, as in `totp.digits`; none when the line is not an object. */
  readonly field?: { readonly name: string; readonly wrong: 'missing' | 'unknown' | 'value' };
}

export function isProblem(row: object): row is RowProblem {
  return 'problem' in row;
}
