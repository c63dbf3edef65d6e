import { readFileSync } from 'node:fs';

/** The parsed JSON of a file in `vectors/`. */
export function vectors<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), 'utf8')) as T;
}

interface KeyRow {
  name: string;
  line: string;
  fingerprint: string;
}

/** The public keys of keys.json. */
export const keyVectors = vectors<{ accepted: KeyRow[]; refused: KeyRow[] }>('keys');

/** The line of one of them. */
export function lineOf(name: string): string {
  const row = [...keyVectors.accepted, ...keyVectors.refused].find((key) => key.name === name);
  if (!row) throw new Error(`keys.json has no ${name}`);
  return row.line;
}
