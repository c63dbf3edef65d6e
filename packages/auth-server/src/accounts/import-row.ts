import type { TotpProfile } from '@countersign/totp-core';

/** A user of another system, as read from a file. */
export interface ImportRow {
  /** The line in the file, counted from 1. */
  readonly line: number;
  /** The name in the other system. */
  readonly name: string;
  /** The I inside x. */
  readonly identity: string;
  readonly suite: string;
  readonly salt: Uint8Array;
  /** With or without leading zeros. */
  readonly verifier: Uint8Array;
  readonly roles?: readonly string[] | undefined;
  /** `secret` in base32. */
  readonly totp: TotpProfile & { readonly secret: string };
}

const PROBLEMS = {
  not_csv: 'a quote is in the wrong place, or a field contains a line break',
  not_json: 'the line is not JSON',
  wrong_number_of_fields: 'it has too few or too many fields',
  bad_fields: 'the line is not a JSON object',
  bad_name: 'the name is not allowed here: 1 to 64 characters, no spaces, no colon',
  bad_identity:
    'the name inside the verifier cannot be used for a login: empty, damaged, or over 1024 characters',
  bad_salt: 'the salt cannot be read, is over 1024 bytes, or is from thinbus and lost a leading zero',
  bad_verifier: 'the verifier cannot be read, or does not fit its group',
  bad_secret:
    'the TOTP secret is damaged: not base32, under 80 bits, or not 16 characters in an old database',
  unknown_suite:
    'the suite is unknown, or is 3072-sha256, whose passwords are stretched; without stretching it is 3072-sha256-rfc5054-x',
  same_name: 'another user would get the same name',
  name_taken: 'an account with this name already exists',
  bad_rename: 'the new name is not allowed: 1 to 64 characters, no spaces, no colon',
} as const;

const WRONG_FIELD = {
  missing: 'is missing',
  unknown: 'is not a field of this file',
  value: 'has a value of the wrong type or out of range',
} as const;

/** A row that cannot be imported as it is. `name` is for the administrator who has the file. */
export interface RowProblem {
  readonly line: number;
  readonly name: string;
  readonly problem: keyof typeof PROBLEMS;
  /** With `bad_fields` the first bad field, such as `totp.digits`; `undefined` when the line is not an object. */
  readonly field?: { readonly name: string; readonly wrong: keyof typeof WRONG_FIELD } | undefined;
}

/** Returns the problem as the end of a sentence. */
export function problemInWords({ problem, field }: RowProblem): string {
  return field === undefined ? PROBLEMS[problem] : `${field.name} ${WRONG_FIELD[field.wrong]}`;
}

/** Returns whether another name solves the problem. Otherwise the row is damaged. */
export function canBeRenamed({ problem }: RowProblem): boolean {
  return ['bad_name', 'same_name', 'name_taken', 'bad_rename'].includes(problem);
}

export function isProblem(row: object): row is RowProblem {
  return 'problem' in row;
}

/**
 * Decodes hexadecimal digits of either case, or returns `undefined`. Programs that print a number leave out leading zeros,
 * so an odd number of digits is padded with one.
 */
export function hexBytes(text: string): Uint8Array | undefined {
  if (!/^[0-9a-fA-F]+$/.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex'));
}
