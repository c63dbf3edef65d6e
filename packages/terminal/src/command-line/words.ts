/** Words of the command line that commander does not read as both programs want them. */
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
