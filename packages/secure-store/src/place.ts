/**
 * Where a store is kept, named by a text such as `lmdb:DIR`. A back end needs one entry in `KINDS`; a test compares the
 * entries with the back ends that this package exports.
 */
import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Backend } from './backend.ts';
import type { Dial } from './postgres/hosts.ts';

/** A place for a store, which may not exist yet. */
export interface Place {
  /** The text that `parsePlace` reads, valid in any working directory. */
  readonly text: string;
  /** The directory on this machine that holds the store. `undefined` for a database server. */
  readonly folder: string | undefined;
  /**
   * Loads the code of the back end and returns the back end.
   *
   * @throws {TypeError} for an invalid address
   */
  open(options?: OpenPlaceOptions): Promise<Backend>;
}

/** Options of `Place.open`. Each kind of place uses the options that apply to it. */
export interface OpenPlaceOptions {
  /** LMDB: how many rows a child process reads first; see `lmdbBackend`. */
  readonly walkedRows?: number | undefined;
  /** PostgreSQL: opens the TCP connections; see `PostgresOptions`. */
  readonly dial?: Dial | undefined;
}

/** The kinds of places, by the scheme of their text: the form of the text, and what it names. */
const KINDS: Readonly<Record<string, { form: string; at: (text: string) => Place | undefined }>> = {
  lmdb: { form: 'lmdb:DIR', at: lmdbPlace },
  postgres: { form: 'postgres://USER@HOST/DATABASE', at: postgresPlace },
};
const ALIASES: Readonly<Record<string, string>> = { postgresql: 'postgres' };

/** The forms of text that `parsePlace` reads, for people. */
export const PLACE_FORMS: readonly string[] = Object.values(KINDS).map(({ form }) => form);

/** Returns the place that a text names, or `undefined` if the text has none of the `PLACE_FORMS`. */
export function parsePlace(text: string): Place | undefined {
  const [, scheme = ''] = /^([a-z]+):/.exec(text) ?? [];
  return KINDS[ALIASES[scheme] ?? scheme]?.at(text);
}

/** Returns the place of a store in a directory. */
export function folderPlace(dir: string): Place {
  const folder = resolve(dir);
  return {
    text: `lmdb:${folder}`,
    folder,
    async open({ walkedRows } = {}) {
      const { lmdbBackend } = await import('./lmdb/backend.ts');
      return lmdbBackend({ dir: folder, walkedRows });
    },
  };
}

/** Returns whether two places are the same. Symbolic links in paths are resolved. */
export function isSamePlace(a: Place, b: Place): boolean {
  return a.folder === undefined || b.folder === undefined
    ? a.text === b.text
    : realPath(a.folder) === realPath(b.folder);
}

function lmdbPlace(text: string): Place | undefined {
  const dir = text.slice('lmdb:'.length);
  return dir === '' ? undefined : folderPlace(dir);
}

/** The back end parses the address: libpq's may hold several hosts, or none, so it is not always a URL. */
function postgresPlace(text: string): Place | undefined {
  if (!/^\w+:\/\//.test(text)) return undefined;
  return {
    text,
    folder: undefined,
    async open({ dial } = {}) {
      const { postgresBackend } = await import('./postgres/backend.ts');
      return postgresBackend({ url: text, dial });
    },
  };
}

function realPath(dir: string): string {
  return existsSync(dir) ? realpathSync(dir) : dir;
}
