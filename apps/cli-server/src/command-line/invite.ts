import type { Io } from '@countersign/terminal';
import { type Command, Option } from 'commander';
import type { InviteOptions } from '../commands/invite.ts';
import { reachableAddress, span } from './arguments.ts';
import type { Perform, YesOption } from './perform.ts';

export function addInvite(program: Command, io: Io, perform: Perform): void {
  const invite = program.command('invite').description('invitations, each for one registration');
  const load = () => import('../commands/invite.ts');

  invite
    .command('create')
    .description('make one, and print the line of text that the user pastes')
    .option('--name <name>', 'the only user name it may be used for')
    .option(
      '--server <host:port>',
      'where the user reaches the server (default: what start --public said last)',
      reachableAddress,
    )
    .addOption(
      new Option('--valid-for <time>', 'for how long, as in 12h or 2w')
        .argParser(span)
        .default(span('7d'), '7d'),
    )
    .action((options: InviteOptions) =>
      perform(async (settings) => (await load()).createInvitation(io, settings, options)),
    );
  invite
    .command('list')
    .description('those that were not used yet')
    .action(() => perform(async (settings) => (await load()).listInvitations(io, settings)));
  invite
    .command('revoke <id>')
    .description('make one worthless')
    .option('--yes', 'do not ask')
    .action((id: string, options: YesOption) =>
      perform(async (settings) => (await load()).revokeInvitation(io, settings, id, options)),
    );
}
