/**
 * A setting: one entry of a program's table, from which its flag, its environment variable, its key in the configuration
 * file, its line in `--help` and its check are made.
 */
import { type Command, Help, Option } from 'commander';

/** The prefix of every variable. */
export const PREFIX = 'COUNTERSIGN_';

/** An entry of the table. */
export interface Setting {
  /** The flag without its dashes, and the key in the file. The variable is this in capitals, after `COUNTERSIGN_`. */
  readonly name: string;
  /** The form of the value in `--help`, such as `file`. A setting without one is a switch. */
  readonly value?: string | undefined;
  readonly about: string;
  /**
   * How the file writes the value; `text` by default. A flag or a variable separates the values of a list by commas, and the
   * flag can be given several times. The program reads a `table` itself: it has no variable, and its flag names a file.
   */
  readonly type?: 'text' | 'number' | 'list' | 'table' | undefined;
  /** Checks and converts the text of a value, or of each value of a list. Throws commander's InvalidArgumentError. */
  readonly parse?: ((text: string) => unknown) | undefined;
  readonly choices?: readonly string[] | undefined;
  readonly fallback?: string | number | undefined;
  /** Not in the file, since it says which file that is. */
  readonly notInFile?: boolean | undefined;
}

const FORMS = { text: 'a string', number: 'a whole number', list: 'a list of strings', table: 'a table' };

/** The option of a setting. Only options of this kind are read from variables and the file. */
export class SettingOption extends Option {
  readonly setting: Setting;

  constructor(setting: Setting) {
    const { name, value, about, type, choices, parse = String, fallback } = setting;
    super(value === undefined ? `--${name}` : `--${name} <${value}>`, about);
    this.setting = setting;
    if (choices !== undefined) this.choices(choices);
    else if (type === 'list')
      this.argParser<readonly unknown[]>((text, before = []) => [
        ...before,
        ...text.split(',').map((each) => parse(each.trim())),
      ]);
    else if (setting.parse !== undefined) this.argParser(parse);
    if (fallback !== undefined) this.default(fallback);
  }

  /** The form of its values in the file, for messages. */
  get form(): string {
    return this.isBoolean() ? 'true or false' : FORMS[this.setting.type ?? 'text'];
  }

  /** The text for `--help`, with the variable. */
  get inHelp(): string {
    const { about, choices, fallback } = this.setting;
    const variable = variableOf(this.setting);
    const notes = [
      ...(choices === undefined ? [] : [`choices: ${choices.join(', ')}`]),
      ...(fallback === undefined ? [] : [`default: ${fallback}`]),
      ...(variable === undefined ? [] : [`env: ${variable}`]),
    ];
    return notes.length === 0 ? about : `${about} (${notes.join('; ')})`;
  }
}

/** Returns the environment variable of a setting, or `undefined` if it has none. */
export function variableOf({ name, type }: Setting): string | undefined {
  return type === 'table' ? undefined : PREFIX + name.replaceAll('-', '_').toUpperCase();
}

/** Adds the options of settings to a command, whose help names their variables. */
export function addSettings(command: Command, settings: readonly Setting[]): Command {
  for (const setting of settings) command.addOption(new SettingOption(setting));
  return command.configureHelp({ ...command.configureHelp(), optionDescription });
}

const standard = new Help();

function optionDescription(option: Option): string {
  return option instanceof SettingOption ? option.inHelp : standard.optionDescription(option);
}
