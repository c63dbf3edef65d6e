/**
 * Users with verifiers of other SRP libraries, one JSON object a line:
 *
 *     {"username":"alice","suite":"2048-sha256-tssrp6a-x","salt":"beb253…","verifier":"7e273d…",
 *      "totp":{"secret":"JBSWY3DPEHPK3PXP","algorithm":"SHA1","digits":6,"period":30}}
 *
 * `salt` and `verifier` are hexadecimal; an odd number of digits has lost a leading zero. `suite` is one of srp-core. Optional
 * are `identity`, the name inside x if it is not `username`, the `roles` of the account, and in `totp` all but `secret` (base32).
 */
import { findSuite } from '@countersign/srp-core';
import { z } from 'zod';
import { hexBytes, type ImportRow, type RowProblem } from './import-row.ts';
import { rolesSchema } from './roles.ts';

/** Twice the digits of the longest verifier. */
const hex = z.string().max(4096);

/** Other programs write `6` as `"6"`, and `SHA1` as `sha1` or `SHA-1`. */
const number = z.union([
  z.int(),
  z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number),
]);
const algorithm = z.string().transform((name) => name.toUpperCase().replace('-', ''));

const userSchema = z.strictObject({
  username: z.string().min(1).max(1024),
  identity: z.string().max(1024).optional(),
  suite: z.string(),
  salt: hex,
  verifier: hex,
  totp: z.strictObject({
    secret: z.string().max(1024),
    algorithm: algorithm.pipe(z.enum(['SHA1', 'SHA256', 'SHA512'])).default('SHA1'),
    digits: number.pipe(z.union([z.literal(6), z.literal(7), z.literal(8)])).default(6),
    period: number.pipe(z.int().min(1).max(3600)).default(30),
  }),
  roles: rolesSchema.optional(),
});

/** Reads every line. Empty lines and a byte order mark at the start are ignored. */
export function readJsonLinesFile(text: string): readonly (ImportRow | RowProblem)[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((content, index) => (content.trim() === '' ? [] : [readLine(content, index + 1)]));
}

function readLine(content: string, line: number): ImportRow | RowProblem {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return { line, name: '', problem: 'not_json' };
  }
  const parsed = userSchema.safeParse(value, { reportInput: true });
  if (!parsed.success)
    return { line, name: nameOf(value), problem: 'bad_fields', ...fieldOf(parsed.error.issues[0]) };
  const { username: name, identity = name, suite, totp, roles } = parsed.data;
  const x = findSuite(suite)?.x;
  if (x === undefined) return { line, name, problem: 'unknown_suite' };
  const salt = hexBytes(parsed.data.salt);
  // thinbus hashes the digits, and a login has only the bytes: with a leading zero the hash would differ.
  const isOdd = parsed.data.salt.length % 2 === 1;
  if (!salt || (x === 'thinbus' && isOdd)) return { line, name, problem: 'bad_salt' };
  const verifier = hexBytes(parsed.data.verifier);
  if (!verifier) return { line, name, problem: 'bad_verifier' };
  return { line, name, identity, suite, salt, verifier, totp, roles };
}

function fieldOf(issue: z.core.$ZodIssue | undefined): Pick<RowProblem, 'field'> {
  if (issue === undefined) return {};
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return { field: { name: [...path, issue.keys[0] ?? ''].join('.'), wrong: 'unknown' } };
  if (path.length === 0) return {};
  return { field: { name: path.join('.'), wrong: issue.input === undefined ? 'missing' : 'value' } };
}

function nameOf(value: unknown): string {
  return z.object({ username: z.string() }).safeParse(value).data?.username ?? '';
}
