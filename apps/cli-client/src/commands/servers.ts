import { formatServer, parseServer } from '@countersign/auth-client/server-address';
import { isoTime, moment, note, printJson, printLine, sentence, warn, withJson } from '@countersign/terminal';
import type { Entry } from '../command.ts';
import { fileProblem, openMemory } from '../connection.ts';
import { type Context, call, misuse } from '../context.ts';
import { lastLogin } from '../last-login.ts';
import { printResult } from '../result.ts';

export const servers: Entry = {
  about: 'the servers whose pin is remembered',
  commands: {
    list: { about: 'list them', run: listServers, examples: withJson('servers with their pins') },
    forget: {
      about: 'forget one, for example when it has a new key',
      takes: (command) => command.argument('<host:port>', 'as servers list shows it'),
      run: forgetServer,
      examples: withJson('a server that has a new key', 'login.example.org:8443'),
    },
  },
};

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
  await lastLogin(io).forget(server);
  await devices.forget(server).catch((error: unknown) => {
    warn(io, sentence`Its device tokens in ${devices.dir} could not be removed: ${fileProblem(error)}.`);
  });
  await printResult(context, { event: 'forgotten', server }, sentence`Forgotten: ${server}`);
}
