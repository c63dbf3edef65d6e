/** Getting an invitation: from a file, a line of standard input, or a person who pastes it. */
import type { ClientErrorCode, Invitation } from '@countersign/auth-client';
import { readSecretFile } from '@countersign/terminal';
import type { Context } from './context.ts';
import { clientErrorCode } from './errors.ts';
import { INVITATION_PROBLEMS } from './ui/library-errors.ts';
import { ASK } from './ui/questions.ts';

type Problem = keyof typeof INVITATION_PROBLEMS;

/** The invitation of `--invite-file`, if it was given and a person did not press Enter instead. */
export async function givenInvitation(context: Context): Promise<Invitation | undefined> {
  const { options, prompts, io } = context;
  const path = options.inviteFile;
  if (path === undefined) return undefined;
  if (path === '-' && io.isTerminal) return askInvitation(context);
  const text = await readSecretFile({ path, what: ASK.invitation, prompts, signal: io.signal });
  const { parseInvitation } = await import('@countersign/auth-client');
  return parseInvitation(text);
}

/**
 * Asks a person until an invitation can be read. A line after one whose end is missing may be that end: a mail program
 * has broken the invitation, and all of it was pasted at once.
 *
 * @returns `undefined` when Enter alone was pressed
 */
export async function askInvitation({ prompts, ui }: Context): Promise<Invitation | undefined> {
  for (let pasted = ''; ; ) {
    const line = (await prompts.secret({ message: ASK.invitation })).trim();
    if (line === '') return undefined;
    const alone = await reading(line);
    if (typeof alone === 'object') return alone;
    pasted = alone === 'damaged_invitation' ? line : pasted + line;
    const together = await reading(pasted);
    if (typeof together === 'object') return together;
    ui.invitationUnreadable(together);
  }
}

async function reading(text: string): Promise<Invitation | Problem> {
  const { parseInvitation } = await import('@countersign/auth-client');
  try {
    return parseInvitation(text);
  } catch (error) {
    const code = clientErrorCode(error);
    if (code !== undefined && isProblem(code)) return code;
    throw error;
  }
}

function isProblem(code: ClientErrorCode): code is Problem {
  return code in INVITATION_PROBLEMS;
}
