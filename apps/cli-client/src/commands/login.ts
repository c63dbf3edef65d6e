import type { AccountSession } from '@countersign/auth-client';
import { askYesOrNo, note } from '@countersign/terminal';
import { type Entry, withName } from '../command.ts';
import { type Context, callThere } from '../context.ts';
import { signedIn } from '../sign-in/sign-in.ts';
import { confirmReplacement } from './totp.ts';

export const loginForm: Entry = {
  about: 'log in',
  takes: withName,
  run: login,
  examples: {
    'ask for everything': '',
    'for a script': 'alice --password-file password --code 123456 --json',
  },
};

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
