/** The command line: which commands and options there are. What they do is in `commands/`. */
import { columnsOf, createProgram, type Io, wrapWords } from '@countersign/terminal';
import { type Command, Help } from 'commander';
import { accountRemove, accountShow } from './commands/account.ts';
import { login } from './commands/login.ts';
import { menu } from './commands/menu.ts';
import { changePassword } from './commands/password.ts';
import { renewRecoveryCodes } from './commands/recovery-codes.ts';
import { register } from './commands/register.ts';
import { forgetServer, listServers } from './commands/servers.ts';
import { replaceTotp } from './commands/totp-replace.ts';
import type { Context } from './context.ts';
import { type GivenOptions, parseQrTarget } from './options.ts';
import { HELP } from './ui/help.ts';

/** What is done without a command; not listed. */
export const MENU = 'menu';

type Perform = (options: GivenOptions, command: (context: Context) => Promise<void>) => Promise<void>;

/** The whole tree of commands; each hands what it does to `perform`. Help goes to stdout. */
export function programOf(io: Io, perform: Perform): Command {
  const program = createProgram(io, 'countersign', new URL('../package.json', import.meta.url));
  const doing = (command: (context: Context) => Promise<void>) =>
    perform(program.opts<GivenOptions>(), command);

  program
    .description(HELP.program)
    .usage('[command] [options]')
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20, formatHelp })
    .option('--server <host:port>', HELP.server)
    .option('--ca <file>', HELP.ca)
    .option('--pin <pin>', HELP.pin)
    .option('--json', HELP.json)
    .option('--password-file <file>', HELP.passwordFile)
    .option('--code <code>', HELP.code, (code: string, before: readonly string[] = []) => [...before, code])
    .option('--invite-file <file>', HELP.inviteFile)
    .option('--qr <where>', HELP.qr, parseQrTarget)
    .helpOption('-h, --help', HELP.help)
    .helpCommand('help [command]', HELP.helpCommand)
    .addHelpText('after', `\n${wrapWords(HELP.after, columnsOf(io.stdout))}`);

  program.command(MENU, { hidden: true }).action(() => doing(menu));
  commandOf(program, 'register', HELP.register)
    .argument('[name]', HELP.name)
    .action((name?: string) => doing((context) => register(context, name)));
  commandOf(program, 'login', HELP.login)
    .argument('[name]', HELP.name)
    .action((name?: string) => doing((context) => login(context, name)));
  commandOf(program, 'password', HELP.password).action(() => doing(changePassword));
  const totp = groupOf(program, 'totp', HELP.totp);
  commandOf(totp, 'replace', HELP.totpReplace).action(() => doing(replaceTotp));
  commandOf(program, 'recovery-codes', HELP.recoveryCodes).action(() => doing(renewRecoveryCodes));
  const account = groupOf(program, 'account', HELP.account);
  commandOf(account, 'show', HELP.accountShow).action(() => doing(accountShow));
  commandOf(account, 'remove', HELP.accountRemove).action(() => doing(accountRemove));
  const servers = groupOf(program, 'servers', HELP.servers);
  commandOf(servers, 'list', HELP.serversList).action(() => doing(listServers));
  commandOf(servers, 'forget', HELP.serversForget)
    .argument('<host:port>', HELP.forgotten)
    .action((server: string) => doing((context) => forgetServer(context, server)));
  return program;
}

function commandOf(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).allowExcessArguments(false);
}

/** A command that does nothing without the word after it. */
function groupOf(program: Command, name: string, description: string): Command {
  return program.command(name).description(description);
}

const standard = new Help();

/** Help lists what can be run, `account show` for one, and no groups; suggestions are looked for among both. */
function formatHelp(command: Command, helper: Help): string {
  return standard.formatHelp(
    command,
    Object.assign(helper, { visibleCommands: leavesOf, subcommandTerm: termOf }),
  );
}

function leavesOf(command: Command): Command[] {
  return standard
    .visibleCommands(command)
    .flatMap((child) => (child.commands.length > 0 ? leavesOf(child) : [child]));
}

function termOf(command: Command): string {
  const words = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const parent = command.parent?.parent ? [command.parent.name()] : [];
  return [...parent, command.name(), ...words].join(' ');
}
