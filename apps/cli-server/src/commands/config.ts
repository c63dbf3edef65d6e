/** `config`: every setting in force and where it comes from. It takes the options of `start`, and opens no files but the configuration. */

import { limitsInWords } from '@countersign/auth-server/limits';
import { addSettings, originOf, settingsOf } from '@countersign/terminal';
import type { Command } from 'commander';
import { chosenLimits } from '../chosen-limits.ts';
import type { Leaf, On } from '../command.ts';
import { registrationOf, type StartOptions } from '../serving/options.ts';
import { START_SETTINGS } from '../setting-table.ts';

export const command: Leaf = {
  takes: (config) => addSettings(config, START_SETTINGS),
  run: showConfig,
  examples: {
    'show the settings in force': '',
    'show the settings with another file': '--config /etc/countersign/config.toml',
  },
};

async function showConfig({ io, settings, say }: On, options: StartOptions, config: Command): Promise<void> {
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
  const rows = settingsOf([config.parent ?? config, config]).map((target) => {
    const { name } = target.option.setting;
    const value = computed.get(name) ?? target.value;
    const isCredential = name === 'passphrase-file' && settings.hasCredential === true;
    return { setting: name, value, from: isCredential ? 'CREDENTIALS_DIRECTORY' : originOf(target, file) };
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
