/**
 * The database of the system that Countersign replaces: one CSV file, `username,salt,vkey,secret`, encrypted as a whole
 * with AES-256 in CFB mode (8-bit segments). The key is the hexadecimal MD5 of the administrator's password, the IV a
 * constant. Nothing in it is authenticated: only the missing header shows that the password is wrong.
 *
 * The old code rewrote the file through a data frame, so a column that looked numeric can have lost leading zeros: an odd
 * number of hexadecimal digits is padded, and a value that cannot be read is reported, never dropped.
 */
import { createDecipheriv, createHash } from 'node:crypto';
import { LEGACY_SUITE } from '@countersign/srp-core';
import { parseCsv } from './csv.ts';
import { hexBytes, type ImportRow, type RowProblem } from './import-row.ts';

const IV = 'ac1ca400396586d2';
const COLUMNS = ['username', 'salt', 'vkey', 'secret'] as const;
/** More leading zero bytes than any verifier has: a shorter one was truncated. */
const MOST_ZEROS = 8;
/** 80 bits: a secret of another length was truncated, and its codes would always be wrong. */
const SECRET = /^[A-Z2-7]{16}$/i;

/** The rows of a file, or why it cannot be read. */
export type LegacyReading =
  | { readonly ok: true; readonly rows: readonly (ImportRow | RowProblem)[] }
  /** The password is wrong, or the file is something else; the two cannot be distinguished. */
  | { readonly ok: false };

/** Decrypts and reads the whole file. */
export function readLegacyFile(bytes: Uint8Array, password: string): LegacyReading {
  const key = Buffer.from(createHash('md5').update(password, 'utf8').digest('hex'), 'latin1');
  const cipher = createDecipheriv('aes-256-cfb8', key, Buffer.from(IV, 'latin1'));
  const plain = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return readLegacyText(plain);
}

function readLegacyText(plain: Uint8Array): LegacyReading {
  // Damaged bytes become replacement characters, and their row is reported.
  const text = new TextDecoder('utf-8').decode(plain);
  const [first = '', ...lines] = text.split(/\r?\n/);
  const header = fieldsOf(first) ?? [];
  const places = COLUMNS.map((column) => header.indexOf(column));
  if (places.some((place) => place < 0)) return { ok: false };
  const parsed = parseCsv(text);
  // A quote in the wrong place: lines are read one by one, so that only the damaged ones are lost.
  const records = parsed.ok
    ? parsed.records.slice(1)
    : lines.flatMap((content, n) => (content === '' ? [] : [{ line: n + 2, fields: fieldsOf(content) }]));
  const rows = records.flatMap(({ line, fields = [] }) => {
    // No field of the old system contains a line break, so a stray quote has joined the rows up to the next one. They
    // are not read one by one: a name with line breaks could then contain forged rows.
    const breaks = fields.join('').split('\n').length - 1;
    if (fields.length > 0 && breaks === 0) return [readRow(line, fields, header.length, places)];
    return Array.from(
      { length: breaks + 1 },
      (_, n): RowProblem => ({ line: line + n, name: '', problem: 'not_csv' }),
    );
  });
  return { ok: true, rows };
}

function fieldsOf(line: string): readonly string[] | undefined {
  const parsed = parseCsv(line);
  return parsed.ok ? parsed.records[0]?.fields : undefined;
}

function readRow(
  line: number,
  fields: readonly string[],
  width: number,
  places: readonly number[],
): ImportRow | RowProblem {
  const [username = '', salt = '', vkey = '', secret = ''] = places.map((place) => fields[place]);
  const name = username;
  if (fields.length !== width) return { line, name, problem: 'wrong_number_of_fields' };
  if (username === '' || username.includes('\uFFFD')) return { line, name, problem: 'bad_identity' };
  const saltBytes = hexBytes(salt);
  if (!saltBytes || saltBytes.length === 0) return { line, name, problem: 'bad_salt' };
  const verifier = hexBytes(vkey);
  if (!verifier || verifier.length < LEGACY_SUITE.group.bytes - MOST_ZEROS)
    return { line, name, problem: 'bad_verifier' };
  if (!SECRET.test(secret)) return { line, name, problem: 'bad_secret' };
  return {
    line,
    name,
    identity: username,
    suite: LEGACY_SUITE.name,
    salt: saltBytes,
    verifier,
    totp: { secret, algorithm: 'SHA1', digits: 6, period: 30 },
  };
}
