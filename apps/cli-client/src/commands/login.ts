import type { AccountSession } from '@countersign/auth-client';
import { askYesOrNo, note } from '@countersign/terminal';
import type { Command } from 'commander';
import { type Context, callThere, type Doing } from '../context.ts';
import { signedIn } from '../sign-in/sign-in.ts';
import { confirmReplacement } from './totp.ts';

export function addLogin(program: Command, doing: Doing): void {
  program
    .command('login')
    .description('log in')
    .argument('[name]', 'user name; asked for if not given')
    .action((name?: string) => doing((context) => login(context, name)));
}

export function login(context: Context, name?: string): Promise<void> {
  return signedIn(context, { name, isCommand: true }, async (session) => {
    if (session.advice.includes('replace_totp')) await offerReplacement(context, session);
  });
}

/** A user who logs in with a recovery code has probably lost the authenticator. Only a person can be asked. */
async function offerReplacement(context: Context, session: AccountSession): Promise<void> {
  const { io, prompts } = context;
  const now = io.isTerminal && (await askYesOrNo(io, prompts, 'Set up a new authenticator now?'));
  const begun = now ? await session.replaceTotp() : undefined;
  if (begun?.ok) return confirmReplacement(context, session, begun.result);
  note(io, `Set up a new authenticator with: ${callThere(context, 'totp', 'replace')}`);
}
