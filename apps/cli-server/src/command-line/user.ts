import type { Io } from '@countersign/terminal';
import type { Command } from 'commander';
import type { Perform, YesOption } from './perform.ts';

export function addUser(program: Command, io: Io, perform: Perform): void {
  const user = program.command('user').description('the accounts of your users');
  const load = () => import('../commands/user.ts');

  user
    .command('list')
    .description('all accounts, and who has to wait or is locked')
    .action(() => perform(async (settings) => (await load()).listUsers(io, settings)));
  user
    .command('show <name>')
    .description('what is known of one account')
    .action((name: string) => perform(async (settings) => (await load()).showUser(io, settings, name)));
  user
    .command('unlock <name>')
    .description('end the waits and the lock after wrong passwords and codes')
    .action((name: string) => perform(async (settings) => (await load()).unlockUser(io, settings, name)));
  user
    .command('disable <name>')
    .description('let the account take no login, and end its sessions')
    .action((name: string) => perform(async (settings) => (await load()).disableUser(io, settings, name)));
  user
    .command('enable <name>')
    .description('let it take logins again')
    .action((name: string) => perform(async (settings) => (await load()).enableUser(io, settings, name)));
  user
    .command('remove <name>')
    .description('remove the account; its name is free then')
    .option('--yes', 'do not ask')
    .action((name: string, options: YesOption) =>
      perform(async (settings) => (await load()).removeUser(io, settings, name, options)),
    );
  user
    .command('reset-totp <name>')
    .description('for a lost authenticator: print one code that lets the user enrol a new one')
    .option('--yes', 'do not ask')
    .action((name: string, options: YesOption) =>
      perform(async (settings) => (await load()).resetTotp(io, settings, name, options)),
    );
}
