/** The frame of both programs around commander: a command line in, an exit code out. */
import { readFileSync } from 'node:fs';
import { type Command, CommanderError, Help } from 'commander';
import { EXIT } from '../errors/exit-codes.ts';
import { reportError } from '../errors/report-error.ts';
import { inCharset } from '../output/charset.ts';
import { columnsOf, type Io } from '../program/io.ts';
import type { ProgramName } from './calls.ts';
import { commandLineError } from './errors.ts';
import { Program } from './examples.ts';
import { checkOptionValues } from './option-values.ts';
import { commandWords, leavesOf, usageOf, wordsOf } from './words.ts';

/**
 * Returns a program without commands. Its help goes to stdout, in the characters and the width of the terminal there.
 * @param manifest the program's package.json, which holds its version
 */
export function createProgram(io: Io, name: ProgramName, manifest: URL): Program {
  const { version }: { version: string } = JSON.parse(readFileSync(manifest, 'utf8'));
  return new Program(name)
    .version(version, '-V, --version', 'show the version')
    .configureHelp({
      showGlobalOptions: true,
      minWidthToWrap: 20,
      subcommandTerm: (command) => usageOf(command, command.name()),
    })
    .configureOutput({
      writeOut: (text) => io.stdout.write(io.stdout.isTTY === true ? inCharset(io.env, text) : text),
      writeErr: () => {}, // `runProgram` reports errors
      getOutHelpWidth: () => columnsOf(io.stdout),
    })
    .exitOverride();
}

/** Makes the program's help list the commands that can be run, such as `account show`, instead of groups. */
export function withLeavesInHelp(program: Program): Program {
  const standard = new Help();
  const visibleCommands = (command: Command) => [
    ...leavesOf(command),
    ...standard.visibleCommands(command).filter(({ parent }) => parent !== command), // `help`
  ];
  const subcommandTerm = (command: Command) => usageOf(command, wordsOf(command) || command.name());
  const formatHelp = (command: Command, helper: Help) =>
    standard.formatHelp(command, Object.assign(helper, { visibleCommands, subcommandTerm }));
  return program.configureHelp({ ...program.configureHelp(), formatHelp });
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
