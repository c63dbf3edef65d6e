/** Reads an invitation from a file, a line of standard input, or a person who pastes it. */
import type { Invitation } from '@countersign/auth-client';
import { CliError, fieldLines, note, readSecretFile, warn } from '@countersign/terminal';
import { type Context, serverOf } from './context.ts';
import { explain } from './explain.ts';

/** @returns the invitation of `--invite-file`; `undefined` without the option, or when a person pressed Enter alone */
export async function givenInvitation(context: Context): Promise<Invitation | undefined> {
  const { options, prompts, io } = context;
  const path = options.inviteFile;
  if (path === undefined) return undefined;
  if (path === '-' && io.isTerminal) return askInvitation(context);
  const text = await readSecretFile({ path, what: 'Invitation', prompts, signal: io.signal });
  const { parseInvitation } = await import('@countersign/auth-client');
  return parseInvitation(text);
}

/** Asks a person until an invitation can be read. @returns `undefined` when Enter alone was pressed */
export async function askInvitation({ prompts, io }: Context): Promise<Invitation | undefined> {
  const { PastedInvitation } = await import('@countersign/auth-client');
  const pasted = new PastedInvitation();
  for (;;) {
    const line = (await prompts.secret({ message: 'Invitation' })).trim();
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
export function accept(context: Context, invitation: Invitation): void {
  context.invited = true;
  if (context.options.server === undefined) context.server = invitation.server;
  note(context.io, 'The invitation is for');
  const fields = fieldLines([
    ['server', serverOf(context)],
    ['user name', invitation.username ?? 'any'],
  ]);
  for (const line of fields) note(context.io, line);
}
