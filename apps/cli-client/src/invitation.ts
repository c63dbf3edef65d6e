/**
 * Reads an invitation, or the code of a password reset in the same form, from a file, a line of standard input, or a person
 * who pastes it.
 */
import type { Invitation } from '@countersign/auth-client';
import { CliError, fieldLines, note, readSecretFile, warn } from '@countersign/terminal';
import { type Context, serverOf } from './context.ts';
import { explain } from './explain.ts';

/**
 * @param path `-` is a prompt or standard input
 * @returns `undefined` when a person pressed Enter alone
 */
export async function readInvitation(
  context: Context,
  path: string,
  what: 'Invitation' | 'Reset code',
): Promise<Invitation | undefined> {
  const { prompts, io } = context;
  if (path === '-' && io.isTerminal) return askInvitation(context, what);
  const text = await readSecretFile({ path, what, prompts, signal: io.signal });
  const { parseInvitation } = await import('@countersign/auth-client');
  return parseInvitation(text);
}

/**
 * Asks a person until an invitation can be read.
 *
 * @returns `undefined` when Enter alone was pressed
 */
export async function askInvitation(
  { prompts, io }: Context,
  message: 'Invitation' | 'Reset code' = 'Invitation',
): Promise<Invitation | undefined> {
  const { PastedInvitation } = await import('@countersign/auth-client');
  const pasted = new PastedInvitation();
  for (;;) {
    const line = (await prompts.secret({ message })).trim();
    if (line === '') return undefined;
    try {
      return pasted.add(line);
    } catch (error) {
      const problem = explain(io, error);
      if (!(problem instanceof CliError)) throw error;
      warn(io, problem.message);
    }
  }
}

/** Uses the server of an invitation, unless `--server` names another way to it, and shows what the invitation is for. */
export function accept(context: Context, invitation: Invitation, what = 'invitation'): void {
  context.invited = true;
  if (context.options.server === undefined) context.server = invitation.server;
  note(context.io, `The ${what} is for`);
  const fields = fieldLines([
    ['server', serverOf(context)],
    ['user name', invitation.username ?? 'any'],
  ]);
  for (const line of fields) note(context.io, line);
}
