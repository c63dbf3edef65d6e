/**
 * Sets options that the command line does not contain from the environment and the configuration file.
 * The order is: flag, variable, file, default. A value is checked as if it had been given by its flag.
 */
import { dirname } from 'node:path';
import { type Command, InvalidArgumentError, type OptionValueSource } from 'commander';
import { fromFolder } from '../command-line/option-values.ts';
import { type CliError, usageError } from '../errors/cli-error.ts';
import { plain, sentence } from '../output/sanitise.ts';
import type { Io } from '../program/io.ts';
import { PREFIX, type Setting, SettingOption, variableOf } from './setting.ts';
import type { SettingsFile } from './settings-file.ts';

/** Variables of both programs that are not settings. */
const OTHER_VARIABLES = ['SERVER', 'CONFIG_DIR', 'TRACE', 'TIMINGS', 'PLAIN'].map((name) => PREFIX + name);
/** Variables of the tests. */
const TEST_PREFIX = `${PREFIX}TEST_`;

/** What both functions below work on. */
export interface Receivers {
  /** The commands whose options are set. */
  readonly commands: readonly Command[];
  /** Every setting of the program. Others are mistakes. */
  readonly known: readonly Setting[];
  /** A sentence that says where to find the names of all settings. */
  readonly hint: string;
}

/**
 * Applies the variables. An empty one counts as not set.
 * @throws {CliError} unknown_setting, bad_setting
 */
export function applyVariables({ commands, known, hint }: Receivers, env: Io['env']): void {
  checkVariables(env, known, hint);
  for (const target of openSettings(commands)) {
    const variable = variableOf(target.option.setting);
    const text = variable === undefined ? undefined : env[variable];
    if (!text) continue;
    const values = target.option.isBoolean() ? meaningOf(text) : [text];
    set(target, 'env', `The variable ${variable}`, values);
  }
}

/**
 * Applies a file.
 *
 * @throws {CliError} unknown_setting, bad_setting
 */
export function applyFile({ commands, known, hint }: Receivers, file: SettingsFile): void {
  const names = known.flatMap(({ name, notInFile }) => (notInFile ? [] : [name]));
  for (const key of Object.keys(file.values))
    if (!names.includes(key)) throw unknown(`The setting ${file.where(key)}`, hint);
  for (const target of openSettings(commands)) {
    const { name, type } = target.option.setting;
    const value = file.values[name];
    if (value === undefined || type === 'table') continue;
    set(target, 'config', `The setting ${file.where(name)}`, valuesOf(target.option, value, file.path));
  }
}

/** Resets what a file has set, so that its current content can be applied. */
export function forgetFile({ commands }: Pick<Receivers, 'commands'>): void {
  for (const { command, option, source } of settingsOf(commands))
    if (source === 'config')
      command.setOptionValueWithSource(option.attributeName(), option.setting.fallback, 'default');
}

/** A setting of a command. */
export interface Target {
  readonly command: Command;
  readonly option: SettingOption;
  readonly value: unknown;
  readonly source: OptionValueSource | undefined;
}

/** Returns the settings of commands. */
export function settingsOf(commands: readonly Command[]): Target[] {
  return commands.flatMap((command) =>
    command.options.flatMap((option) => {
      if (!(option instanceof SettingOption)) return [];
      const name = option.attributeName();
      const [value, source] = [command.getOptionValue(name), command.getOptionValueSource(name)];
      return [{ command, option, value, source }];
    }),
  );
}

/** An unknown variable is probably mistyped, and would otherwise have no effect without notice. */
function checkVariables(env: Io['env'], known: readonly Setting[], hint: string): void {
  const names = [...known.map(variableOf), ...OTHER_VARIABLES];
  for (const name of Object.keys(env)) {
    if (!name.startsWith(PREFIX) || name.startsWith(TEST_PREFIX) || names.includes(name) || !env[name])
      continue;
    const isSecret = names.includes(`${name}_FILE`);
    throw unknown(
      sentence`The variable ${name}`,
      isSecret ? `Variables hold no secrets: name a file in ${plain(name)}_FILE.` : hint,
    );
  }
}

/** The settings that no flag and no variable has set. */
function openSettings(commands: readonly Command[]): Target[] {
  return settingsOf(commands).filter(({ source }) => source !== 'cli' && source !== 'env');
}

/** The texts of a value, or the meaning of a switch; `undefined` if the value has another type. */
type Values = readonly string[] | boolean | undefined;

function set({ command, option }: Target, source: OptionValueSource, where: string, values: Values): void {
  if (values === undefined) throw usageError('bad_setting', `${where} must be ${option.form}.`);
  try {
    const { parseArg } = option;
    const parsed =
      typeof values === 'boolean' || parseArg === undefined
        ? values
        : values.reduce<unknown>((before, text) => parseArg(text, before), undefined);
    command.setOptionValueWithSource(option.attributeName(), parsed, source);
  } catch (error) {
    if (error instanceof InvalidArgumentError)
      throw usageError('bad_setting', `${where} is invalid. ${error.message}`);
    throw error;
  }
}

function valuesOf(option: SettingOption, value: unknown, file: string): Values {
  if (option.isBoolean()) return typeof value === 'boolean' ? value : undefined;
  const { type } = option.setting;
  if (type === 'number') return Number.isInteger(value) ? [String(value)] : undefined;
  const list: readonly unknown[] = type === 'list' && Array.isArray(value) ? value : [value];
  const texts = list.filter((each) => typeof each === 'string');
  return texts.length === list.length
    ? texts.map((text) => fromFolder(option, text, dirname(file)))
    : undefined;
}

function meaningOf(text: string): boolean | undefined {
  if (['1', 'true'].includes(text)) return true;
  return ['0', 'false'].includes(text) ? false : undefined;
}

function unknown(what: string, hint: string): CliError {
  return usageError('unknown_setting', `${what} is unknown.`, hint);
}
