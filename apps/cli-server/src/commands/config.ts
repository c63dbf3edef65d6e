/** `config`: every setting in force and where it comes from. It takes the options of `start`, and opens no files but the configuration. */

import type { RegistrationPolicy } from '@countersign/auth-server';
import { limitsInWords } from '@countersign/auth-server/limits';
import {
  addSettings,
  type Io,
  printJson,
  printTable,
  type SettingOption,
  settingsOf,
  variableOf,
} from '@countersign/terminal';
import type { Command } from 'commander';
import type { Define } from '../program.ts';
import { registrationOf } from '../serving/registration.ts';
import { START_SETTINGS } from '../setting-table.ts';
import type { Settings } from '../settings.ts';
import { chosenLimits } from './limits.ts';

interface ConfigOptions {
  readonly host: string;
  readonly proxyProtocol?: readonly string[] | undefined;
  readonly registration?: RegistrationPolicy | undefined;
  readonly limits?: string | undefined;
}

export const defineConfig: Define = (command, perform) => {
  addSettings(command, START_SETTINGS).action(
    perform((io: Io, settings, options: ConfigOptions) => showConfig(io, settings, options, command)),
  );
};

async function showConfig(
  io: Io,
  settings: Settings,
  options: ConfigOptions,
  command: Command,
): Promise<void> {
  const { dataDir, store, file, json } = settings;
  const limits = await chosenLimits(settings, options.limits, io.signal);
  /** Values that depend on other settings, or are printed differently. */
  const computed = new Map<string, unknown>([
    ['config', file?.path],
    ['data-dir', dataDir],
    ['store', store.text],
    ['passphrase-file', settings.passphraseFile],
    ['registration', registrationOf(options)],
    ['limits', limits === undefined ? 'default' : limitsInWords(limits)],
  ]);
  const rows = settingsOf([command.parent ?? command, command]).map(({ command: owner, option }) => {
    const { name } = option.setting;
    const value = computed.get(name) ?? owner.getOptionValue(option.attributeName());
    return { setting: name, value, from: originOf(owner, option, settings) };
  });
  if (json) for (const row of rows) await printJson(io, row);
  else
    await printTable(io, {
      head: ['SETTING', 'VALUE', 'FROM'],
      keep: 'SETTING',
      rows: rows.map(({ setting, value, from }) => [setting, String(value ?? ''), from]),
    });
}

function originOf(command: Command, option: SettingOption, { file, hasCredential }: Settings): string {
  const { setting } = option;
  const line = file?.lineOf(setting.name);
  const inFile = file !== undefined && setting.name in file.values;
  switch (command.getOptionValueSource(option.attributeName())) {
    case 'cli':
      return `--${setting.name}`;
    case 'env':
      return variableOf(setting) ?? '';
    default:
      if (setting.name === 'passphrase-file' && hasCredential) return 'CREDENTIALS_DIRECTORY';
      return inFile ? file.path + (line === undefined ? '' : `:${line}`) : 'default';
  }
}
