/**
 * Asks for codes. Each `--code` answers one question, in their order; otherwise the code is typed. On a terminal the
 * question is repeated until a code is accepted, and text that cannot be a code costs no attempt. Without a terminal one
 * line answers one question, and a code that is not accepted ends the run.
 *
 * A code works once. If the one that the app shows is spent, the program waits on a terminal until the next is due, with
 * a countdown. Without a terminal the line is read at once, and may contain the code of the next time step.
 */
import type { AccountSession, Answer, CodeStep, Factor, Rejection } from '@countersign/auth-client';
import { CliError, countdown, counted, duration, EXIT, problem, warn } from '@countersign/terminal';
import { type Context, misuse } from './context.ts';

export const ASK = {
  code: 'Code from your authenticator app, or a recovery code',
  recoveryCode: 'Recovery code',
  firstCode: 'First code that the app shows',
  nextCode: 'Next code from your authenticator app, or a recovery code',
} as const;

const FOR_CODES: readonly string[] = [ASK.code, ASK.nextCode, ASK.firstCode];

/** The questions that are not answered by a `--code`. */
export function linesLeft({ codes }: Context, questions: readonly string[]): string[] {
  let given = codes.length;
  return questions.filter((question) => !FOR_CODES.includes(question) || given-- <= 0);
}

export interface CodeQuestion {
  readonly message: string;
  /** Which codes are accepted here. */
  readonly kinds: readonly Factor['kind'][];
  /** Sees first what was typed; resolves to true when it was a request that is now fulfilled, and not a code. */
  readonly onTyped?: ((typed: string) => Promise<boolean>) | undefined;
  /** Seconds until the app shows a code that is not spent. */
  readonly nextCodeIn?: number | undefined;
  /** How the run ends when no such code is given, if not as usual. */
  readonly unanswered?: CliError | undefined;
  /** No question follows, whatever the answer. */
  readonly isLast?: boolean | undefined;
}

export const RECOVERY_CODE = { message: ASK.recoveryCode, kinds: ['recovery'] } as const;

/**
 * Returns the result of the first code that `submit` accepts.
 * @throws {CliError} slow_down, code_rejected when no further code can be sent; bad_input, end_of_input, surplus_input
 */
export async function askCode<T>(
  context: Context,
  question: CodeQuestion,
  submit: (code: Factor) => Promise<Answer<T>>,
): Promise<T> {
  const { io, prompts } = context;
  const { readFactor } = await import('@countersign/auth-client');
  let given = context.codes.shift();
  let { nextCodeIn = 0 } = question;
  for (;;) {
    const typed = given ?? (await typedCode(context, question, nextCodeIn));
    given = undefined;
    nextCodeIn = 0;
    if (await question.onTyped?.(typed.trim())) continue;
    const reading = readFactor(typed, question.kinds);
    if (!reading.ok) {
      const wrong = NOT_A_CODE[reading.problem](question.kinds);
      if (!io.isTerminal) throw question.unanswered ?? misuse('bad_input', `${wrong} Nothing was sent.`);
      warn(io, wrong);
      continue;
    }
    if (question.isLast) await prompts.done();
    const answer = await submit(reading.factor);
    if (answer.ok) return answer.result;
    if (answer.retryAfter !== undefined) throw codesSlowedDown(answer.retryAfter);
    const { attemptsLeft } = answer;
    const why = await reasonOf(answer, reading.factor.kind);
    if (!io.isTerminal) throw problem('code_rejected', EXIT.refused, `${why} Run the command again.`);
    if (attemptsLeft === 0)
      throw problem(
        'code_rejected',
        EXIT.refused,
        `${why} That was the last attempt on this connection. Run the command again; after several wrong codes it may tell you to wait.`,
      );
    warn(io, `${why} ${counted(attemptsLeft, 'attempt')} left.`);
    if (answer.reason === 'used') nextCodeIn = answer.nextCodeIn ?? 0;
  }
}

/** Asks for the code that pays for a command: an unused one, or a recovery code. */
export async function askFactor<T>(
  context: Context,
  { nextCodeIn }: AccountSession,
  submit: (factor: Factor) => Promise<Answer<T>>,
  { isLast = true }: { isLast?: boolean } = {},
): Promise<T> {
  const { FACTORS } = await import('@countersign/auth-client');
  return askCode(context, { message: ASK.nextCode, kinds: FACTORS, nextCodeIn, isLast }, submit);
}

/** On a terminal the program waits until codes are accepted, or asks for a recovery code if that takes too long. */
export async function whenAccepted(
  { io }: Context,
  { kinds, wait, isTooLong }: CodeStep,
): Promise<CodeQuestion> {
  const question = { message: ASK.code, kinds };
  if (!io.isTerminal || wait === 0) return question;
  if (!isTooLong) {
    const message = (seconds: number) =>
      `Too many wrong codes for this account. The next one is accepted in ${seconds} s …`;
    await countdown(io, { until: io.now() + 1000 * wait, message });
    return question;
  }
  const slowedDown = codesSlowedDown(wait);
  if (!kinds.includes('recovery')) throw slowedDown;
  warn(io, slowedDown.message);
  return { ...RECOVERY_CODE, unanswered: slowedDown };
}

/** @param retryAfter seconds until codes are accepted again */
function codesSlowedDown(retryAfter: number): CliError {
  const later = `Try again in ${duration(retryAfter)}.`;
  return problem('slow_down', EXIT.limited, `Too many wrong codes for this account. ${later}`);
}

async function typedCode(
  { io, prompts }: Context,
  { message, unanswered }: CodeQuestion,
  nextCodeIn: number,
): Promise<string> {
  const waiting = (seconds: number) => `Each code works once. The app shows the next one in ${seconds} s …`;
  if (io.isTerminal) await countdown(io, { until: io.now() + 1000 * nextCodeIn, message: waiting });
  try {
    return await prompts.text({ message });
  } catch (error) {
    throw error instanceof CliError && error.code === 'end_of_input' ? (unanswered ?? error) : error;
  }
}

/** What the client says of the codes of each kind. A kind without an entry does not compile. */
const WORDS: { readonly [K in Factor['kind']]: { readonly form: string; readonly wrong: string } } = {
  totp: { form: 'code has 6 to 8 digits', wrong: 'That code is wrong or out of date.' },
  recovery: {
    form: 'recovery code has 16 letters and digits',
    wrong: 'That recovery code is wrong, or has been used already.',
  },
};

const NOT_A_CODE = {
  typing_mistake: () => 'There is a typing mistake in that recovery code.',
  not_a_code: (kinds: readonly Factor['kind'][]) =>
    `A ${kinds.map((kind) => WORDS[kind].form).join(', a ')}.`,
} as const;

const REASONS: Readonly<Record<NonNullable<Rejection['reason']>, (kind: Factor['kind']) => string>> = {
  wrong: (kind) => WORDS[kind].wrong,
  used: () => 'That code has been used already, and each works once. Wait until the app shows the next one.',
  own: () =>
    'A code that was created in this login cannot confirm a command in it. Log in again, and use it there.',
  malformed: () => 'The server cannot read that as a code.',
};

/** At an enrolment the server may have found what usually goes wrong. */
async function reasonOf({ reason = 'wrong', hint }: Rejection, kind: Factor['kind']): Promise<string> {
  if (hint === undefined) return REASONS[reason](kind);
  const { explainDiagnosis } = await import('@countersign/totp-core');
  return explainDiagnosis(hint);
}
