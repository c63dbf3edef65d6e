/** An empty value of an option is an error: in a script it is a variable that was not set. */

interface OptionShape {
  readonly required: boolean;
  parseArg?: ((text: string, before: never) => unknown) | undefined;
}

/** A program of commander, or a command of it. Only its shape is known here. */
export interface CommandOptions {
  readonly commands: readonly CommandOptions[];
  readonly options: readonly OptionShape[];
}

/** Makes every option of the program and of all its commands refuse an empty value, as commander refuses a bad one. */
export function refuseEmptyOptions(program: CommandOptions): void {
  for (const option of program.options) {
    if (!option.required) continue;
    const { parseArg } = option;
    option.parseArg = (text: string, before: never) => {
      if (text === '') throw new EmptyValueError();
      return parseArg === undefined ? text : parseArg.call(option, text, before);
    };
  }
  for (const command of program.commands) refuseEmptyOptions(command);
}

/** By this code commander knows an error of a value, and says which option it belongs to. */
class EmptyValueError extends Error {
  readonly code = 'commander.invalidArgument';
  override readonly message = 'It must not be empty.';
}
