import { formatServer, parseServer } from '@countersign/auth-client/server-address';
import { isoTime, moment, note, printJson, printLine, sentence, warn } from '@countersign/terminal';
import type { Command } from 'commander';
import { fileProblem, openMemory } from '../connection.ts';
import { type Context, call, type Doing, misuse } from '../context.ts';
import { forgetLogin } from '../last-login.ts';
import { printResult } from '../result.ts';

export function addServers(program: Command, doing: Doing): void {
  const servers = program.command('servers').description('the servers whose pin is remembered');
  servers
    .command('list')
    .description('list them')
    .action(() => doing(listServers));
  servers
    .command('forget')
    .description('forget one, for example when it has a new key')
    .argument('<host:port>', 'as servers list shows it')
    .action((server: string) => doing((context) => forgetServer(context, server)));
}

async function listServers(context: Context): Promise<void> {
  const { io, options } = context;
  const known = await (await openMemory(context)).servers.list();
  if (known.length === 0 && !options.json) return note(io, 'No server is remembered yet.');
  for (const { server, pin, since, lastUsed } of known)
    if (options.json) {
      const times = { since: isoTime(since), lastUsed: isoTime(lastUsed) };
      await printJson(io, { event: 'server', server, pin, ...times });
    } else {
      await printLine(io, sentence`${server}, last used ${moment(lastUsed)}`);
      await printLine(io, sentence`  ${pin}`);
    }
}

async function forgetServer(context: Context, typed: string): Promise<void> {
  const { io } = context;
  const server = formatServer(parseServer(typed));
  const { servers, devices } = await openMemory(context);
  if (!(await servers.forget(server)))
    throw misuse(
      'not_remembered',
      sentence`The server ${server} is not remembered. See ${call(io, 'servers', 'list')}.`,
    );
  await forgetLogin(io, server);
  await devices.forget(server).catch((error: unknown) => {
    warn(io, sentence`Its device tokens in ${devices.dir} could not be removed: ${fileProblem(error)}.`);
  });
  await printResult(context, { event: 'forgotten', server }, sentence`Forgotten: ${server}`);
}
