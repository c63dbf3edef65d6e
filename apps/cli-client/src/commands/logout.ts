import { counted, sentence } from '@countersign/terminal';
import type { Entry } from '../command.ts';
import { type Context, serverOf } from '../context.ts';
import { forget } from '../kept.ts';
import { printResult } from '../result.ts';

export const logoutForm: Entry = {
  about: 'remove what logins at the server have left: certificates in the agent, tokens',
  run: logout,
  examples: { 'from the default server': '', 'from another server': '--server login.example.org:8443' },
};

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
