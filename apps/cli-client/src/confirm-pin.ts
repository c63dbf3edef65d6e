/** The pin of a server that is met for the first time is confirmed by the whole word: a habit of typing y must not do it. */
import type { Context } from './context.ts';
import { ASK, YES_OR_NO } from './ui/questions.ts';

const NO = ['no', 'n', ''];

/** Whether the answer is `yes`. A person who types another word is asked again; on a line everything else is a no. */
export async function confirmsPin({ prompts, io, ui }: Context): Promise<boolean> {
  for (;;) {
    const typed = (await prompts.text({ message: ASK.samePin })).trim();
    if (!io.isTerminal) return typed === 'yes';
    const answer = typed.toLowerCase();
    if (answer === 'yes') return true;
    if (NO.includes(answer)) return false;
    ui.warn(YES_OR_NO);
  }
}
