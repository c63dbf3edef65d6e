/** The common options of all commands. */
import { join, resolve } from 'node:path';
import { folderPlace, PLACE_FORMS, type Place, parsePlace } from '@countersign/secure-store/place';
import { type Io, sentence, userFolder } from '@countersign/terminal';
import { usageError } from './ui/messages.ts';

/** The options as commander passes them. */
export interface CommonOptions {
  readonly dataDir?: string | undefined;
  readonly store?: string | undefined;
  readonly passphraseFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly json?: boolean | undefined;
}

export interface Settings {
  /** The absolute path of the directory with the certificate and, unless it is elsewhere, the store. */
  readonly dataDir: string;
  readonly store: Place;
  /** `-` is standard input. */
  readonly passphraseFile?: string | undefined;
  /** Unlocks the store instead of a passphrase. */
  readonly keyFile?: string | undefined;
  readonly json: boolean;
  /** The options with which another command, run in another directory, uses the same store. */
  readonly sameStore: readonly string[];
}

export function settingsFrom(options: CommonOptions, env: Io['env']): Settings {
  const usual = userFolder('data', 'countersign', env);
  const chosen = (options.dataDir ?? env.COUNTERSIGN_DATA_DIR) || usual;
  if (chosen === undefined)
    throw usageError('no_home', 'There is no home directory for the data.', 'Use --data-dir DIR.');
  const dataDir = resolve(chosen);
  const elsewhere = options.store === undefined ? undefined : parseStorePlace(options.store);
  const { passphraseFile, keyFile, json = false } = options;
  return {
    dataDir,
    store: elsewhere ?? folderPlace(join(dataDir, 'store')),
    passphraseFile,
    keyFile,
    json,
    sameStore: [
      ...(dataDir === usual ? [] : ['--data-dir', dataDir]),
      ...(elsewhere === undefined ? [] : ['--store', elsewhere.text]),
    ],
  };
}

/** Parses the place of a store. @throws {CliError} usage */
export function parseStorePlace(text: string): Place {
  // Every user of the machine can read command lines. Not parsed as a URL: the address may have several hosts.
  if (
    /^\w+:\/\/[^/?#]*:[^@/?#]+@/.test(text) ||
    new URLSearchParams(/\?(.*)$/s.exec(text)?.[1]).has('password')
  )
    throw usageError(
      'usage',
      'A password in --store can be read by every user of this machine.',
      'Remove it from the address and put it into ~/.pgpass or the file that PGPASSFILE names.',
    );
  const place = parsePlace(text);
  if (place !== undefined) return place;
  const message = sentence`"${text}" is not the address of a store.`;
  throw usageError('usage', message, `Use --store ${PLACE_FORMS.join(' or --store ')}.`);
}
