/** The common settings of all commands, and the configuration file that some of them can come from. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { folderPlace, PLACE_FORMS, type Place, parsePlace } from '@countersign/secure-store/place';
import {
  applyFile,
  applyVariables,
  forgetFile,
  type Io,
  readSettingsFile,
  type SettingsFile,
  sentence,
  type UnlockSource,
  usageError,
  userFolder,
} from '@countersign/terminal';
import type { Command } from 'commander';
import { CONFIG_NAME, SETTINGS, SYSTEM_CONFIG } from './setting-table.ts';

/** The options as commander passes them. */
export interface CommonOptions extends UnlockSource {
  readonly config?: string | undefined;
  readonly dataDir?: string | undefined;
  readonly store?: string | undefined;
  readonly json?: boolean | undefined;
}

export interface Settings extends UnlockSource {
  /** The absolute path of the directory with the certificate and, unless it is elsewhere, the store. */
  readonly dataDir: string;
  readonly store: Place;
  /** The passphrase file is a systemd credential. */
  readonly hasCredential?: boolean | undefined;
  readonly json: boolean;
  /** The configuration file that was read. */
  readonly file?: SettingsFile | undefined;
  /**
   * Reads the configuration file again. The options that the command was given change with it, even after an error.
   * @throws {CliError} as `readSettings` does
   */
  readonly reread?: (() => Promise<Settings>) | undefined;
  /** The options with which another command, run in another directory, uses the same store. */
  readonly sameStore: readonly string[];
}

/**
 * Completes the options of the program and of a command by variables and the configuration file, and returns the common
 * settings.
 * @param known the configuration file that was read before, which must still be there
 * @throws {CliError} unknown_setting, bad_setting, bad_config, unreadable_file, no_home, usage
 */
export async function readSettings(
  { env, signal }: Pick<Io, 'env' | 'signal'>,
  program: Command,
  command: Command,
  known?: string,
): Promise<Settings> {
  const receivers = {
    commands: [program, command],
    known: SETTINGS,
    hint: 'For the names of all settings: countersign-server start --help',
  };
  forgetFile(receivers);
  applyVariables(receivers, env);
  const path = known ?? configPath(program.opts<CommonOptions>(), env);
  const file = path === undefined ? undefined : await readSettingsFile(path, signal);
  if (file) applyFile(receivers, file);

  const isFromFile = (name: keyof CommonOptions) => program.getOptionValueSource(name) === 'config';
  const reread = () => readSettings({ env, signal }, program, command, file?.path);
  return { ...settingsFrom(program.opts<CommonOptions>(), env, file, isFromFile), reread };
}

/**
 * Returns the common settings of completed options.
 *
 * @throws {CliError} no_home, bad_setting, usage
 */
export function settingsFrom(
  { config, dataDir: chosen, store, passphraseFile, keyFile, json = false }: CommonOptions,
  env: Io['env'],
  file?: SettingsFile | undefined,
  isFromFile: (name: keyof CommonOptions) => boolean = () => false,
): Settings {
  const usual = userFolder('data', 'countersign', env);
  const named = chosen ?? usual;
  if (named === undefined)
    throw usageError('no_home', 'There is no home directory for the data.', 'Use --data-dir DIR.');
  const dataDir = resolve(named);
  if (file?.values['data-dir'] !== undefined && file.path === join(dataDir, CONFIG_NAME))
    throw usageError(
      'bad_setting',
      `The setting ${file.where('data-dir')} is for a file in another directory.`,
      'Remove it: this file belongs to the data directory that it is in.',
    );
  const credential = passphraseFile === undefined && keyFile === undefined ? credentialOf(env) : undefined;
  const elsewhere = store === undefined ? undefined : parseStorePlace(store);
  return {
    dataDir,
    store: elsewhere ?? folderPlace(join(dataDir, 'store')),
    passphraseFile: passphraseFile ?? credential,
    hasCredential: credential !== undefined,
    keyFile,
    json,
    file,
    sameStore: [
      ...(config === undefined ? [] : ['--config', resolve(config)]),
      ...(dataDir === usual || isFromFile('dataDir') ? [] : ['--data-dir', dataDir]),
      ...(elsewhere === undefined || isFromFile('store') ? [] : ['--store', elsewhere.text]),
    ],
  };
}

/** Returns the file of the passphrase that the unit file passes with `LoadCredential=passphrase:FILE` (systemd.exec(5)). */
function credentialOf({ CREDENTIALS_DIRECTORY: folder }: Io['env']): string | undefined {
  const path = folder ? join(folder, 'passphrase') : undefined;
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** Reads one file: the named one, or else the one in the data directory, or else the system's. */
function configPath({ config, dataDir }: CommonOptions, env: Io['env']): string | undefined {
  if (config !== undefined) return config;
  const folder = dataDir ?? userFolder('data', 'countersign', env);
  const own = folder === undefined ? [] : [join(resolve(folder), CONFIG_NAME)];
  // The system's file belongs to the system's server, and a named data directory belongs to another one.
  return [...own, ...(dataDir === undefined ? [SYSTEM_CONFIG] : [])].find((path) => existsSync(path));
}

/**
 * Parses the place of a store.
 *
 * @throws {CliError} usage
 */
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
