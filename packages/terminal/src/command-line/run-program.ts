/** The frame of both programs around commander: a command line in, an exit code out. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Help } from 'commander';
import { EXIT } from '../errors/exit-codes.ts';
import { reportError } from '../errors/report-error.ts';
import { inCharset } from '../output/charset.ts';
import { columnsOf, type Io } from '../program/io.ts';
import type { ProgramName } from './calls.ts';
import { commandLineError } from './errors.ts';
import { checkOptionValues } from './option-values.ts';
import { commandWords } from './words.ts';

/**
 * Returns a program without commands. Its help goes to stdout, in the characters and the width of the terminal there.
 * @param manifest the program's package.json, which holds its version
 */
export function createProgram(io: Io, name: ProgramName, manifest: URL): Command {
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  return new Command(name)
    .version(version, '-V, --version', 'show the version')
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20, subcommandTerm: termOf })
    .configureOutput({
      writeOut: (text) => io.stdout.write(io.stdout.isTTY === true ? inCharset(io.env, text) : text),
      writeErr: () => {}, // `runProgram` reports errors
      getOutHelpWidth: () => columnsOf(io.stdout),
    })
    .exitOverride();
}

const standard = new Help();

/** Makes the program's help list the commands that can be run, such as `account show`, instead of groups. */
export function withLeavesInHelp(program: Command): Command {
  const formatHelp = (command: Command, helper: Help) =>
    standard.formatHelp(
      command,
      Object.assign(helper, { visibleCommands: leavesOf, subcommandTerm: wholeTermOf }),
    );
  return program.configureHelp({ ...program.configureHelp(), formatHelp });
}

function leavesOf(command: Command): Command[] {
  const visible = standard.visibleCommands(command);
  // A group with options of its own runs without a subcommand too.
  return visible.flatMap((child) =>
    child.commands.length === 0 || child.options.length > 0 ? [child, ...leavesOf(child)] : leavesOf(child),
  );
}

function wholeTermOf(command: Command): string {
  const group = command.parent?.parent ? `${command.parent.name()} ` : '';
  return `${group}${termOf(command)}`;
}

/** Returns a command with its arguments. `[options]` is left out, since every command has options and the column is narrow. */
function termOf(command: Command): string {
  const words = command.registeredArguments.map((argument) =>
    argument.required ? ` <${argument.name()}>` : ` [${argument.name()}]`,
  );
  return `${command.name()}${words.join('')}`;
}

/** What a program is made of. */
export interface ProgramParts {
  /**
   * Makes the program. A command that ends with another code than `EXIT.done` passes it to `finish`, also that of a program
   * that it ran.
   */
  readonly build: (finish: (exit: number) => void) => Command;
  /** The command that runs when none is named. */
  readonly whenNone: string;
  /** Turns the errors of libraries into `CliError`s; others are returned as they are. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * Runs the command that `argv` names, and reports an error if it fails.
 * @param argv what follows the program's name
 * @returns the exit code
 */
export async function runProgram(
  argv: readonly string[],
  io: Io,
  { build, whenNone, explain }: ProgramParts,
): Promise<number> {
  let exit: number = EXIT.done;
  const program = build((code) => {
    exit = code;
  });
  for (const command of program.commands) command.helpCommand(false);
  checkOptionValues(program, io.env);
  try {
    await program.parseAsync(commandWords(argv, program, whenNone), { from: 'user' });
    return exit;
  } catch (error) {
    // Help and version end this way too.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    const known =
      error instanceof CommanderError ? commandLineError(io, error, { argv, program, whenNone }) : error;
    return reportError(io, explain(known), { json: argv.includes('--json') });
  }
}
