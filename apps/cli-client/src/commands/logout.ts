import { counted, sentence } from '@countersign/terminal';
import type { Command } from 'commander';
import { type Context, type Doing, serverOf } from '../context.ts';
import { printResult } from '../result.ts';

export function addLogout(program: Command, doing: Doing): void {
  program
    .command('logout')
    .description('remove the certificates of the server from the agent')
    .action(() => doing(logout));
}

/** Removes what logins at the server have left on this computer: the certificates in the agent. */
async function logout(context: Context): Promise<void> {
  const { removeCertificates } = await import('./ssh/forget.ts');
  const server = serverOf(context);
  const removed = await removeCertificates(context);
  const words =
    removed === 0 ? 'the agent held no certificate' : `${counted(removed, 'certificate')} removed`;
  await printResult(
    context,
    { event: 'logged_out', server, removed },
    sentence`Logged out of ${server}: ${words}`,
  );
}
