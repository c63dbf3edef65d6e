import { note, printJson } from '@countersign/terminal';
import type { Command } from 'commander';
import { ASK, askFactor } from '../codes.ts';
import type { Context, Doing } from '../context.ts';
import { printRecoveryCodes } from '../result.ts';
import { signedIn } from '../sign-in/sign-in.ts';

export function addRecoveryCodes(program: Command, doing: Doing): void {
  program
    .command('recovery-codes')
    .description('make new recovery codes; the old ones stop working')
    .action(() => doing(renewRecoveryCodes));
}

function renewRecoveryCodes(context: Context): Promise<void> {
  const { io, options } = context;
  return signedIn(context, { questions: [ASK.nextCode] }, async (session) => {
    const recoveryCodes = await askFactor(context, session, (factor) => session.renewRecoveryCodes(factor));
    const { username } = session;
    if (options.json) await printJson(io, { event: 'recovery_codes', username, recoveryCodes });
    await printRecoveryCodes(context, recoveryCodes);
    note(io, 'The earlier recovery codes no longer work.');
  });
}
