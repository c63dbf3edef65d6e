/** What every command is told: where the data and the store are, and how to talk. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Io } from '@countersign/terminal';
import envPaths from 'env-paths';
import { badStorePlace, passwordInUrl } from './ui/errors.ts';

/** As commander hands them over. */
export interface CommonOptions {
  readonly dataDir?: string;
  readonly store?: string;
  readonly passphraseFile?: string;
  readonly keyFile?: string;
  readonly json?: boolean;
}

/** Where the store lies. */
export type StorePlace =
  | { readonly kind: 'lmdb'; readonly dir: string }
  | { readonly kind: 'postgres'; readonly url: string };

export interface Settings {
  /** Absolute. Holds the store, unless that is elsewhere, and the certificate. */
  readonly dataDir: string;
  readonly store: StorePlace;
  /** `-` is standard input. */
  readonly passphraseFile: string | undefined;
  /** Opens the store in place of a passphrase. */
  readonly keyFile: string | undefined;
  readonly json: boolean;
}

export function settingsFrom(options: CommonOptions, env: Io['env']): Settings {
  const given = options.dataDir ?? env.COUNTERSIGN_DATA_DIR;
  const dataDir = resolve(given || envPaths('countersign', { suffix: '' }).data);
  return {
    dataDir,
    store:
      options.store === undefined
        ? { kind: 'lmdb', dir: join(dataDir, 'store') }
        : parseStorePlace(options.store),
    passphraseFile: options.passphraseFile,
    keyFile: options.keyFile,
    json: options.json ?? false,
  };
}

export function parseStorePlace(text: string): StorePlace {
  if (/^lmdb:./.test(text)) {
    const dir = text.slice('lmdb:'.length).replace(/^~(?=\/|$)/, homedir());
    return { kind: 'lmdb', dir: resolve(dir) };
  }
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) throw badStorePlace(text);
  // Anybody on the machine reads command lines.
  const { password, searchParams } = new URL(text);
  if (password !== '' || searchParams.has('password')) throw passwordInUrl();
  return { kind: 'postgres', url: text };
}
