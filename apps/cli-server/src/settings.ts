/** What every command is told: where the data and the store are, and how to talk. */
import { join, resolve } from 'node:path';
import { folderPlace, type Place, parsePlace } from '@countersign/secure-store/place';
import { type Io, userFolder } from '@countersign/terminal';
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
  readonly store: Place;
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
    store: elsewhere ?? folderPlace(join(dataDir, 'store')),
    passphraseFile: options.passphraseFile,
    keyFile: options.keyFile,
    json: options.json ?? false,
    leadHere: [
      ...(dataDir === usual ? [] : ['--data-dir', dataDir]),
      ...(elsewhere === undefined ? [] : ['--store', elsewhere.text]),
    ],
  };
}

/** Reads the value of `--store`. @throws {CliError} usage */
export function parseStorePlace(text: string): Place {
  // Every user of the machine can read command lines. Not parsed as a URL: the address may hold several hosts.
  if (
    /^\w+:\/\/[^/?#]*:[^@/?#]+@/.test(text) ||
    new URLSearchParams(/\?(.*)$/s.exec(text)?.[1]).has('password')
  )
    throw passwordInUrl();
  const place = parsePlace(text);
  if (place === undefined) throw badStorePlace(text);
  return place;
}
