/**
 * Asking for codes: each `--code` is for one question, in their order; otherwise it is typed, with spaces if one likes. A person is asked
 * until a code is taken, and what cannot be a code costs no attempt. Without a terminal a question has one answer, since the
 * next line is for the next question: a code that is not taken ends the run.
 *
 * A code works once. Where the one that the app shows is spent, the question waits on a terminal until the next is due,
 * with a countdown; without one the line is read at once, and may hold the code of the next time step.
 */
import type { AccountSession, Factor, Rejection } from '@countersign/auth-client';
import { CliError, countdown } from '@countersign/terminal';
import type { Context } from './context.ts';
import { NO_CODE, rejectionWords } from './ui/code-words.ts';
import { codeRefused, codesSlowedDown, lastCodeRefused, notACode } from './ui/endings.ts';
import { ASK } from './ui/questions.ts';

export interface CodeQuestion {
  readonly message: string;
  /** Which codes are taken here. */
  readonly kinds: readonly Factor['kind'][];
  /** Sees what was typed first; true when it was no code but a wish that is fulfilled now. */
  readonly wish?: (typed: string) => Promise<boolean>;
  /** Seconds until the app shows a code that is not spent. */
  readonly nextCodeIn?: number;
  /** How the run ends when no such code is given, if that is not as everywhere. */
  readonly unanswered?: () => CliError;
  /** No question follows, whatever the answer. */
  readonly isLast?: boolean;
}

export type Answer<T> = { readonly ok: true; readonly result: T } | Rejection;

/** What the first code that `submit` takes gives. Ends with `CliError` when no further one may be sent. */
export async function askCode<T>(
  context: Context,
  question: CodeQuestion,
  submit: (code: Factor) => Promise<Answer<T>>,
): Promise<T> {
  const { io, ui, prompts } = context;
  let given = context.takeCode();
  let nextCodeIn = question.nextCodeIn ?? 0;
  for (;;) {
    const typed = given ?? (await typedCode(context, question, nextCodeIn));
    given = undefined;
    nextCodeIn = 0;
    if (await question.wish?.(typed)) continue;
    const reading = await readCode(typed, question.kinds);
    if ('problem' in reading) {
      if (!io.isTerminal) throw question.unanswered?.() ?? notACode(reading.problem);
      ui.warn(reading.problem);
      continue;
    }
    if (question.isLast) await prompts.done();
    const answer = await submit(reading);
    if (answer.ok) return answer.result;
    if (answer.retryAfter !== undefined) throw codesSlowedDown(answer.retryAfter);
    const diagnosis = await diagnosisOf(answer);
    if (!io.isTerminal)
      throw codeRefused(rejectionWords({ ...answer, attemptsLeft: 0 }, reading.kind, diagnosis));
    const words = rejectionWords(answer, reading.kind, diagnosis);
    if (answer.attemptsLeft === 0) throw lastCodeRefused(words);
    ui.warn(words);
    if (answer.reason === 'used') nextCodeIn = answer.nextCodeIn ?? 0;
  }
}

/** Asks for the factor of a command, the last question unless an enrolment follows: an unused code, or a recovery code. */
export function askFactor<T>(
  context: Context,
  { nextCodeIn }: AccountSession,
  submit: (factor: Factor) => Promise<Answer<T>>,
  { isLast = true }: { isLast?: boolean } = {},
): Promise<T> {
  const question = { message: ASK.nextCode, kinds: ['totp', 'recovery'], nextCodeIn, isLast } as const;
  return askCode(context, question, submit);
}

async function typedCode(
  { io, ui, prompts }: Context,
  { message, unanswered }: CodeQuestion,
  nextCodeIn: number,
): Promise<string> {
  if (io.isTerminal) await countdown(io, { until: io.now() + 1000 * nextCodeIn, message: ui.nextCodeIn });
  try {
    return await prompts.text({ message });
  } catch (error) {
    if (!(error instanceof CliError && error.code === 'end_of_input')) throw error;
    throw unanswered?.() ?? error;
  }
}

async function readCode(
  typed: string,
  kinds: readonly Factor['kind'][],
): Promise<Factor | { readonly problem: string }> {
  const { parseCode, parseRecoveryCode } = await import('@countersign/totp-core');
  const takes = (kind: Factor['kind']) => kinds.includes(kind);
  const code = [6, 7, 8].map((digits) => parseCode(typed, digits)).find((digits) => digits !== undefined);
  if (code !== undefined && takes('totp')) return { kind: 'totp', code };
  const recovery = parseRecoveryCode(typed);
  if (takes('recovery')) {
    if (recovery.ok) return { kind: 'recovery', code: recovery.code };
    if (recovery.problem === 'check_character') return { problem: NO_CODE.typo };
  }
  return { problem: takes('totp') ? (takes('recovery') ? NO_CODE.either : NO_CODE.totp) : NO_CODE.recovery };
}

/** What usually goes wrong at an enrolment, if the server has found it. */
async function diagnosisOf({ hint }: Rejection): Promise<string | undefined> {
  const { explainDiagnosis } = await import('@countersign/totp-core');
  return hint === undefined ? undefined : explainDiagnosis(hint);
}
