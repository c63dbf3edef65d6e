/** `config`: every setting in force and where it comes from. It takes the options of `start`, and opens no files but the configuration. */

import type { RegistrationPolicy } from '@countersign/auth-server';
import { limitsInWords } from '@countersign/auth-server/limits';
import { addSettings, type SettingOption, settingsOf, variableOf } from '@countersign/terminal';
import type { Command } from 'commander';
import { chosenLimits } from '../chosen-limits.ts';
import type { Leaf, On } from '../command.ts';
import { registrationOf } from '../serving/registration.ts';
import { START_SETTINGS } from '../setting-table.ts';
import type { Settings } from '../settings.ts';

interface ConfigOptions {
  readonly host: string;
  readonly proxyProtocol?: readonly string[] | undefined;
  readonly registration?: RegistrationPolicy | undefined;
  readonly limits?: string | undefined;
}

export const command: Leaf = {
  takes: (config) => addSettings(config, START_SETTINGS),
  run: showConfig,
  examples: {
    'show the settings in force': '',
    'show the settings with another file': '--config /etc/countersign/config.toml',
  },
};

async function showConfig({ io, settings, say }: On, options: ConfigOptions, config: Command): Promise<void> {
  const { dataDir, store, file } = settings;
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
  const rows = settingsOf([config.parent ?? config, config]).map(({ command: owner, option }) => {
    const { name } = option.setting;
    const value = computed.get(name) ?? owner.getOptionValue(option.attributeName());
    return { setting: name, value, from: originOf(owner, option, settings) };
  });
  await say({
    json: rows,
    table: {
      head: ['SETTING', 'VALUE', 'FROM'],
      keep: 'SETTING',
      rows: rows.map(({ setting, value, from }) => [setting, String(value ?? ''), from]),
    },
  });
}

function originOf(owner: Command, option: SettingOption, { file, hasCredential }: Settings): string {
  const { setting } = option;
  const line = file?.lineOf(setting.name);
  const inFile = file !== undefined && setting.name in file.values;
  switch (owner.getOptionValueSource(option.attributeName())) {
    case 'cli':
      return `--${setting.name}`;
    case 'env':
      return variableOf(setting) ?? '';
    default:
      if (setting.name === 'passphrase-file' && hasCredential) return 'CREDENTIALS_DIRECTORY';
      return inFile ? file.path + (line === undefined ? '' : `:${line}`) : 'default';
  }
}
