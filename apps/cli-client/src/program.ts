/** The command line: options that every command takes, and the order of the commands in `--help`. */
import {
  addOwnCommands,
  columnsOf,
  createProgram,
  type Examples,
  type Io,
  withLeavesInHelp,
  wrapWords,
} from '@countersign/terminal';
import type { Command } from 'commander';
import { addAccount } from './commands/account.ts';
import { addLogin } from './commands/login.ts';
import { addLogout } from './commands/logout.ts';
import { addMenu, MENU } from './commands/menu.ts';
import { addPassword } from './commands/password.ts';
import { addRecoveryCodes } from './commands/recovery-codes.ts';
import { addRegister } from './commands/register.ts';
import { addServers } from './commands/servers.ts';
import { addSsh, type Following } from './commands/ssh/command-line.ts';
import { addToken } from './commands/token/command-line.ts';
import { addTotp } from './commands/totp.ts';
import type { Context, GivenOptions } from './context.ts';
import { EXAMPLES } from './examples.ts';
import { parseQrTarget } from './qr.ts';

export { MENU };

const AFTER_HELP =
  'Without a command: a menu. Without a terminal: each answer is one line of standard input.';

/**
 * @param perform runs what a command does, with the options that it was given
 * @param following what `ssh` runs at its end
 */
export function buildProgram(
  io: Io,
  perform: (options: GivenOptions, command: (context: Context) => Promise<void>) => Promise<void>,
  following: Following,
): Command {
  const program = createProgram(io, 'countersign', new URL('../package.json', import.meta.url))
    .description(
      'Registers and logs in at a Countersign server: a password, then a code from an authenticator app.',
    )
    .usage('[command] [options]')
    .option(
      '--server <host:port>',
      'the server (default: COUNTERSIGN_SERVER, on a terminal that of the last login, then 127.0.0.1:8443)',
    )
    .option('--ca <file>', 'trust certificates by these authorities (PEM)')
    .option('--pin <pin>', 'trust the one key with this pin: sha256:…')
    .option('--password-file <file>', 'read the password from a file; - means the same as no option')
    .option(
      '--code <code>',
      'the first code from the app, instead of asking for it; repeat it for the next code',
      (code: string, before: readonly string[] = []) => [...before, code],
    )
    .option(
      '--invite-file <file>',
      'register with an invitation from a file; - for a prompt or standard input',
    )
    .option('--qr <where>', 'where the QR code goes: terminal, none, png:FILE, svg:FILE', parseQrTarget)
    .addHelpText('after', `\n${wrapWords(AFTER_HELP, columnsOf(io.stdout))}`);
  for (const add of [
    addMenu,
    addRegister,
    addLogin,
    addPassword,
    addTotp,
    addRecoveryCodes,
    addAccount,
    addServers,
    addSsh,
    addToken,
    addLogout,
  ])
    add(program, (command) => perform(program.opts<GivenOptions>(), command), following);
  const loadAll = async () => program;
  return withLeavesInHelp(addOwnCommands(program, io, { loadAll, examples: EXAMPLES }));
}

/** Returns the program with all its commands, for completion and manual pages. */
export function buildWhole(io: Io): { readonly program: Command; readonly examples: Examples } {
  const program = buildProgram(io, async () => {}, { command: [], finish: () => {} });
  return { program, examples: EXAMPLES };
}
