/** The command line as the parser of both programs, commander, shall read it. Only its shape is known here. */

/** A program, or a command of it with those inside. */
export interface CommandTree {
  readonly commands: readonly CommandTree[];
  name(): string;
  parseOptions(argv: string[]): { operands: string[] };
}

/**
 * `argv`, with the command `whenNone` where it names none and does not ask for help, and `help account show` as
 * `account show --help`, since commander looks at one word after `help`.
 */
export function commandWords(argv: readonly string[], program: CommandTree, whenNone: string): string[] {
  const { operands } = program.parseOptions([...argv]);
  const wantsHelp = argv.includes('--help') || argv.includes('-h');
  if (operands.length === 0 && !wantsHelp) return [whenNone, ...argv];
  const [first, ...words] = operands;
  const [name, inside] = words;
  const group = program.commands.find((command) => command.name() === name)?.commands ?? [];
  if (first !== 'help' || inside === undefined || group.length === 0) return [...argv];
  // A word that is no command is told of as it is without `help`.
  return group.some((command) => command.name() === inside) ? [...words, '--help'] : words;
}
