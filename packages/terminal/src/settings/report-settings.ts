/** What is known of the settings of a command: where their values come from, and a file to write them into. */
import type { Command } from 'commander';
import { fromFolder } from '../command-line/option-values.ts';
import { settingsOf, type Target } from './apply-settings.ts';
import { type Setting, variableOf } from './setting.ts';
import type { SettingsFile } from './settings-file.ts';

/** Returns where the value of a setting comes from: its flag, its variable, a line of the file, or `default`. */
export function originOf({ option: { setting }, source }: Target, file: SettingsFile | undefined): string {
  if (source === 'cli') return `--${setting.name}`;
  if (source === 'env') return variableOf(setting) ?? '';
  if (file === undefined || !(setting.name in file.values)) return 'default';
  const line = file.lineOf(setting.name);
  return file.path + (line === undefined ? '' : `:${line}`);
}

/** Returns the values that flags and variables have set, by the names of their settings. Paths are absolute. */
export function givenSettings(commands: readonly Command[]): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  for (const { option, value, source } of settingsOf(commands))
    if (source === 'cli' || source === 'env')
      values.set(option.setting.name, typeof value === 'string' ? fromFolder(option, value, '.') : value);
  return values;
}

/**
 * Returns the lines of a configuration file for settings: those that are given, and the others as comments.
 * @param samples values for the comments of settings without a default
 */
export function settingsTemplate(
  settings: readonly Setting[],
  given: ReadonlyMap<string, unknown>,
  samples: Readonly<Record<string, unknown>>,
): string {
  return settings
    .map(({ name, about, value, type, fallback }) => {
      const sample = samples[name] ?? fallback ?? (value === undefined ? true : type === 'number' ? 0 : '');
      const line = `${name} = ${JSON.stringify(given.get(name) ?? sample)}`;
      return `\n# ${about}\n${given.has(name) ? '' : '# '}${line}\n`;
    })
    .join('');
}
