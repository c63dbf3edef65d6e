/** Questions that are answered by yes or no. */
import type { Io } from './io.ts';
import { warn } from './output.ts';
import type { Prompts } from './prompts.ts';

const ANSWERS: Readonly<Record<string, boolean>> = { y: true, yes: true, n: false, no: false, '': false };
const HOW = 'Type y or n.';

/** What an answer means, in any case; `undefined` for other words. Nothing at all is a no. */
function meaningOf(answer: string): boolean | undefined {
  return ANSWERS[answer.trim().toLowerCase()];
}

/** Whether the answer is yes. A person who types other words is asked again; a line of other words is `bad_input`. */
export async function askYesOrNo(io: Io, prompts: Prompts, question: string): Promise<boolean> {
  const message = `${question} (y or n)`;
  const validate = (answer: string) => (meaningOf(answer) === undefined ? HOW : undefined);
  for (;;) {
    const answer = meaningOf(await prompts.text(io.isTerminal ? { message } : { message, validate }));
    if (answer !== undefined) return answer;
    warn(io, HOW);
  }
}
