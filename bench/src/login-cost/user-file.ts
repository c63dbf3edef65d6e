/**
 * A model of the user file of the system that Countersign replaces: one CSV file, encrypted whole with
 * AES-256 in CFB mode (8-bit segments). A login decrypts and parses all of it.
 *
 * The model flatters that system, which read the file with every request, in Python, and rewrote it.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../store-place.ts';
import { usernameOf } from './client.ts';

const CIPHER = 'aes-256-cfb8';
const KEY = Buffer.from(createHash('md5').update('a passphrase').digest('hex'), 'latin1');
const IV = Buffer.from('ac1ca400396586d2', 'latin1');
const HEADER = 'username,salt,vkey,secret';

/** Writes a file with this many users, and returns its path. */
export function writeUserFile(users: number): string {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  const lines = Array.from({ length: users }, (_, n) => `${usernameOf(n)},${hex(4)},${hex(256)},${hex(8)}`);
  const cipher = createCipheriv(CIPHER, KEY, IV);
  const file = join(newFolder(), 'registered_users.enc');
  writeFileSync(file, Buffer.concat([cipher.update(`${[HEADER, ...lines].join('\n')}\n`), cipher.final()]));
  return file;
}

/** Returns the row of a user, as that system found it. */
export function findUser(file: string, username: string): Record<string, string | undefined> | undefined {
  const decipher = createDecipheriv(CIPHER, KEY, IV);
  const text = Buffer.concat([decipher.update(readFileSync(file)), decipher.final()]).toString();
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const columns = header.split(',');
  const rows = lines.map((line) => {
    const fields = line.split(',');
    return Object.fromEntries(columns.map((column, at) => [column, fields[at]]));
  });
  return rows.find((row) => row.username === username);
}
