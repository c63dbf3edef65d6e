/** A question that is answered by `yes` or `no`. */
import type { Context } from './context.ts';
import { YES_OR_NO } from './ui/questions.ts';

/**
 * Whether the answer is yes. A person who types neither is asked again, and Enter alone is a no; on a line, where nobody
 * can be asked again, everything but `yes` is one.
 */
export async function askYesOrNo({ prompts, io, ui }: Context, message: string): Promise<boolean> {
  for (;;) {
    const typed = (await prompts.text({ message })).trim();
    const answer = io.isTerminal ? typed.toLowerCase() : typed;
    if (answer === 'yes') return true;
    if (answer === 'no' || answer === '' || !io.isTerminal) return false;
    ui.warn(YES_OR_NO);
  }
}
