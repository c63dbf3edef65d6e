/** What every command is told: where the data and the store are, and how to talk. */
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Io, userFolder } from '@countersign/terminal';
import type { StorePlace } from './store-place.ts';
import { badStorePlace, noHome, passwordInUrl } from './ui/errors.ts';

/** As commander passes them. */
export interface CommonOptions {
  readonly dataDir?: string;
  readonly store?: string;
  readonly passphraseFile?: string;
  readonly keyFile?: string;
  readonly json?: boolean;
}

export interface Settings {
  /** Absolute. Holds the store, unless that is elsewhere, and the certificate. */
  readonly dataDir: string;
  readonly store: StorePlace;
  /** `-` is standard input. */
  readonly passphraseFile: string | undefined;
  /** Opens the store in place of a passphrase. */
  readonly keyFile: string | undefined;
  readonly json: boolean;
  /** The options that lead another command, in another terminal, to the same place. */
  readonly leadHere: readonly string[];
}

export function settingsFrom(options: CommonOptions, env: Io['env']): Settings {
  const given = options.dataDir ?? env.COUNTERSIGN_DATA_DIR;
  const usual = userFolder('data', 'countersign', env);
  const chosen = given || usual;
  if (chosen === undefined) throw noHome();
  const dataDir = resolve(chosen);
  const elsewhere = options.store === undefined ? undefined : parseStorePlace(options.store);
  return {
    dataDir,
    store: elsewhere ?? { kind: 'lmdb', dir: join(dataDir, 'store') },
    passphraseFile: options.passphraseFile,
    keyFile: options.keyFile,
    json: options.json ?? false,
    leadHere: [
      ...(dataDir === usual ? [] : ['--data-dir', dataDir]),
      ...(elsewhere === undefined ? [] : ['--store', storePlaceText(elsewhere)]),
    ],
  };
}

/** Whether two places are one, links in their paths followed. */
export function isSamePlace(a: StorePlace, b: StorePlace): boolean {
  if (a.kind === 'lmdb' && b.kind === 'lmdb') return realPath(a.dir) === realPath(b.dir);
  return a.kind === 'postgres' && b.kind === 'postgres' && a.url === b.url;
}

function realPath(dir: string): string {
  return existsSync(dir) ? realpathSync(dir) : dir;
}

/** As `--store` takes it, from any working directory. */
function storePlaceText(place: StorePlace): string {
  return place.kind === 'lmdb' ? `lmdb:${place.dir}` : place.url;
}

export function parseStorePlace(text: string): StorePlace {
  if (/^lmdb:./.test(text)) return { kind: 'lmdb', dir: resolve(text.slice('lmdb:'.length)) };
  // Not read as a URL: libpq's addresses may have several hosts, or none after the user. The back end reads them whole.
  const [, authority, query] = /^postgres(?:ql)?:\/\/([^/?#]*)[^?]*\??(.*)$/s.exec(text) ?? [];
  if (authority === undefined) throw badStorePlace(text);
  // Anybody on the machine reads command lines.
  if (/:[^@]+@/.test(authority) || new URLSearchParams(query).has('password')) throw passwordInUrl();
  return { kind: 'postgres', url: text };
}
