/** The words of a command line: those that name a command, and those that both programs read differently from commander. */
import type { Command } from 'commander';

/**
 * Returns `argv` with the command `whenNone` where it names none and does not ask for help, and `help account show` as
 * `account show --help`, since commander reads only one word after `help`.
 */
export function commandWords(argv: readonly string[], program: Command, whenNone: string): string[] {
  const { operands } = program.parseOptions([...argv]);
  const wantsHelp = argv.includes('--help') || argv.includes('-h');
  if (operands.length === 0 && !wantsHelp) return [whenNone, ...argv];
  const [first, ...words] = operands;
  const [name, inside] = words;
  const group = program.commands.find((command) => command.name() === name)?.commands ?? [];
  if (first !== 'help' || inside === undefined || group.length === 0) return [...argv];
  // An unknown word is reported as it is without `help`.
  return group.some((command) => command.name() === inside) ? [...words, '--help'] : words;
}

/** Returns the words of `argv` that name a command, each inside the one before. */
export function commandIn(program: Command, argv: readonly string[]): string[] {
  const words: string[] = [];
  let { commands } = program;
  for (const word of argv) {
    const command = commands.find((each) => each.name() === word);
    if (command === undefined) continue;
    words.push(word);
    commands = command.commands;
  }
  return words;
}

/** Returns the words that lead to a command, such as `account show`; none for the program. */
export function wordsOf(command: Command): string {
  const { parent } = command;
  return parent === null ? '' : `${wordsOf(parent)} ${command.name()}`.trimStart();
}

/** Returns the words of a command with its arguments. Its options are left out, since every command has some. */
export function usageOf(command: Command, words = wordsOf(command)): string {
  const values = command.registeredArguments.map((argument) =>
    argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`,
  );
  return words + values.join('');
}

/** Returns the commands in one that are not hidden, without `help`. */
export function commandsOf(command: Command): Command[] {
  const visible = command.createHelp().visibleCommands(command);
  return visible.filter(({ parent }) => parent === command);
}

/** Returns the commands below one that can be run. A group with options of its own runs without a subcommand too. */
export function leavesOf(command: Command): Command[] {
  return commandsOf(command).flatMap((child) => {
    const inside = leavesOf(child);
    return inside.length === 0 || child.options.length > 0 ? [child, ...inside] : inside;
  });
}
