/** The command line: options that every command takes, and the order of the commands in `--help`. */
import {
  addForm,
  addOwnCommands,
  columnsOf,
  createProgram,
  type Io,
  type Program,
  several,
  withLeavesInHelp,
  wrapWords,
} from '@countersign/terminal';
import type { Entry } from './command.ts';
import { account } from './commands/account.ts';
import { loginForm as login } from './commands/login.ts';
import { logoutForm as logout } from './commands/logout.ts';
import { menu } from './commands/menu.ts';
import { password } from './commands/password.ts';
import { recoveryCodes } from './commands/recovery-codes.ts';
import { registerForm as register } from './commands/register.ts';
import { servers } from './commands/servers.ts';
import { ssh } from './commands/ssh/command-line.ts';
import { token } from './commands/token/command-line.ts';
import { totp } from './commands/totp.ts';
import type { Context, GivenOptions } from './context.ts';
import { parseQrTarget } from './qr.ts';

/** Runs without a command; not listed. */
export const MENU = 'menu';

const COMMANDS: Readonly<Record<string, Entry>> = {
  register,
  login,
  password,
  totp,
  'recovery-codes': recoveryCodes,
  account,
  servers,
  ssh,
  token,
  logout,
};

const AFTER_HELP =
  'Without a command: a menu. Without a terminal: each answer is one line of standard input.';

/** Runs what a command does, with the options that were given. */
export type Perform = (
  options: GivenOptions,
  command: (context: Context) => Promise<number> | Promise<void>,
) => Promise<void>;

/** Returns the program, with its examples. */
export function buildProgram(io: Io, perform: Perform): Program {
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
      several,
    )
    .option(
      '--invite-file <file>',
      'register with an invitation from a file; - for a prompt or standard input',
    )
    .option('--qr <where>', 'where the QR code goes: terminal, none, png:FILE, svg:FILE', parseQrTarget)
    .addHelpText('after', `\n${wrapWords(AFTER_HELP, columnsOf(io.stdout))}`);
  const act =
    (run: (context: Context, ...args: unknown[]) => Promise<number> | Promise<void>) =>
    (...args: unknown[]) =>
      perform(program.opts<GivenOptions>(), (context) => run(context, ...args));
  program.command(MENU, { hidden: true }).action(act(menu));
  addForm(program, program, { commands: COMMANDS }, act);
  program.examples[''] = { 'a menu': '', 'log in': 'login alice --server login.example.org:8443' };
  return withLeavesInHelp(addOwnCommands(program, io, async () => program));
}

/** Returns the program without its actions, for completion, manual pages and splitting a command line. */
export function buildWhole(io: Io): Program {
  return buildProgram(io, async () => {});
}
