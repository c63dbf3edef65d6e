import { counted, sentence } from '@countersign/terminal';
import type { Command } from 'commander';
import { type Context, type Doing, serverOf } from '../context.ts';
import { forget } from '../kept.ts';
import { printResult } from '../result.ts';

export function addLogout(program: Command, doing: Doing): void {
  program
    .command('logout')
    .description('remove what logins at the server have left: certificates in the agent, tokens')
    .action(() => doing(logout));
}

async function logout(context: Context): Promise<void> {
  const server = serverOf(context);
  const { certificates, tokens } = await forget(context);
  const found = [
    ...(certificates > 0 ? [counted(certificates, 'certificate')] : []),
    ...(tokens > 0 ? [counted(tokens, 'token')] : []),
  ];
  const words = found.length === 0 ? 'there was nothing to remove' : `${found.join(' and ')} removed`;
  await printResult(
    context,
    { event: 'logged_out', server, certificates, tokens },
    sentence`Logged out of ${server}: ${words}`,
  );
}
