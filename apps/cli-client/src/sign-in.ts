/**
 * A whole login, as every command but `register` begins:
 *
 * 1. name and password, which prove the server as well
 * 2. a code, a recovery code, or after the administrator's reset a new authenticator
 * 3. what the user should know, and what he wants to do
 * 4. the credential in the form of today, offered on a terminal since it takes another code: last, since a server of
 *    another version ends the connection over it
 */
import type { AccountSession, Client, PendingLogin } from '@countersign/auth-client';
import { askYesOrNo, asSentence, countdown, withTries } from '@countersign/terminal';
import { type Answer, askCode, askFactor, type CodeQuestion } from './codes.ts';
import { type Context, connecting, openClient, stretching } from './context.ts';
import { askPassword, askUsername, isAsked } from './credentials.ts';
import { enrol } from './enrol.ts';
import { clientErrorCode, isClientError } from './errors.ts';
import { Stopwatch } from './stopwatch.ts';
import { codesLocked, codesSlowedDown } from './ui/endings.ts';
import { ASK } from './ui/questions.ts';

export interface SignIn {
  readonly name?: string | undefined;
  /** The login is all there is to do. */
  readonly forItself?: boolean;
  /** The work that follows has questions of its own. */
  readonly asks?: boolean;
}

/** Logs in, which may be all there is to do, and does `work` with the session, which is closed after it. */
export async function signedIn(
  context: Context,
  { name, forItself = false, asks = false }: SignIn,
  work: (session: AccountSession) => Promise<void>,
): Promise<void> {
  const { ui, io } = context;
  const username = await askUsername(context, name);
  const watches = { login: new Stopwatch(), stretching: new Stopwatch() };
  const client = await openClient(context, (what) => {
    watches[what === 'stretching' ? 'login' : 'stretching'].stop();
    watches[what === 'stretching' ? 'stretching' : 'login'].start();
  });
  const { password, pending } = await proveTyped(context, client, username);
  watches.login.stop();
  await closing(context, pending, async () => {
    const session = await passSecondFactor(context, username, pending, {
      watch: watches.login,
      isLast: !asks,
    });
    await ui.authenticated(session, forItself);
    ui.warnings(session);
    if (io.env.COUNTERSIGN_TIMINGS === '1')
      ui.timings({ login: watches.login.milliseconds, stretching: watches.stretching.milliseconds });
    await work(session);
    if (session.advice.includes('upgrade_credential')) await upgrade(context, session, password);
  });
}

/**
 * Asks for the password and proves it. A person is told first when there is no server, or another one, and may mistype
 * three times; each try is an attempt like any other, on a connection of its own.
 */
async function proveTyped(
  context: Context,
  client: Client,
  username: string,
): Promise<{ password: string; pending: PendingLogin }> {
  const { io, prompts, ui, options } = context;
  const isTyped = io.isTerminal && isAsked(options.passwordFile);
  // With a client of its own, so that typing is not counted as part of the login.
  if (isTyped) await connecting(context, async () => (await openClient(context)).probe());
  return withTries(prompts, {
    isTyped,
    async attempt() {
      const password = await askPassword(context);
      return { password, pending: await stretching(context, () => client.login(username, password)) };
    },
    isWrong: (error) => clientErrorCode(error) === 'authentication_failed',
    say: (left) => ui.wrongPassword(left),
  });
}

async function passSecondFactor(
  context: Context,
  username: string,
  pending: PendingLogin,
  { watch, isLast }: { watch: Stopwatch; isLast: boolean },
): Promise<AccountSession> {
  const { factors } = pending;
  if (factors.includes('totp.replace')) return enrolAfterReset(context, username, pending);
  const question = await codeQuestion(context, pending);
  return askCode(
    context,
    { ...question, isLast },
    async ({ kind, code }): Promise<Answer<AccountSession>> => {
      watch.start();
      const answer = await (kind === 'totp' ? pending.submitCode(code) : pending.submitRecoveryCode(code));
      watch.stop();
      return answer.ok ? { ok: true, result: answer.session } : answer;
    },
  );
}

/** The longest wait for a code that fits the server's patience. In seconds. */
const LONGEST_PAUSE = 240;

/** Which codes to ask for. A person waits first, where codes have to wait, or is asked for a recovery code instead. */
async function codeQuestion(
  { io, ui }: Context,
  { factors, retryAfter = 0 }: PendingLogin,
): Promise<CodeQuestion> {
  const kinds = (['totp', 'recovery'] as const).filter((kind) => factors.includes(kind));
  if (!kinds.includes('totp')) {
    ui.codesAreLocked();
    return { message: ASK.recoveryCode, unanswered: codesLocked, kinds };
  }
  if (!io.isTerminal || retryAfter === 0) return { message: ASK.code, kinds };
  if (retryAfter <= LONGEST_PAUSE) {
    await countdown(io, { until: io.now() + 1000 * retryAfter, message: ui.codesWait });
    return { message: ASK.code, kinds };
  }
  const slowedDown = () => codesSlowedDown(retryAfter);
  if (!kinds.includes('recovery')) throw slowedDown();
  ui.warn(slowedDown().message);
  return { message: ASK.recoveryCode, unanswered: slowedDown, kinds: ['recovery'] };
}

/** The recovery code that the administrator handed out begins a new authenticator, whose first code logs in. */
async function enrolAfterReset(
  context: Context,
  username: string,
  pending: PendingLogin,
): Promise<AccountSession> {
  context.ui.resetByAdministrator();
  const question = { message: ASK.recoveryCode, kinds: ['recovery'] } as const;
  const enrolment = await askCode(context, question, async ({ code }) => {
    const answer = await pending.replaceTotp(code);
    return 'ok' in answer ? answer : { ok: true, result: answer };
  });
  return enrol(context, username, enrolment);
}

/** Offers the new form. If it is declined or fails, the old form still logs in, and the next login offers it again. */
async function upgrade(context: Context, session: AccountSession, password: string): Promise<void> {
  const { io, prompts, ui } = context;
  const { checkNewPassword } = await import('@countersign/auth-client');
  try {
    checkNewPassword(password);
    if (session.advice.includes('replace_totp')) return; // the authenticator comes first
    if (!io.isTerminal) return ui.oldForm();
    if (!(await askYesOrNo(io, prompts, ASK.renewNow))) return;
    const credential = await stretching(context, () => session.prepareCredential(password, io.signal));
    await askFactor(context, session, (factor) => session.upgradeCredential(credential, factor));
  } catch (error) {
    if (!isClientError(error)) throw error;
    if (error.code === 'bad_password') ui.weakPassword(asSentence(error.message));
  }
}

/** Ends the connection after the work, unless the run was interrupted: then nobody waits for the other side. */
async function closing(context: Context, pending: PendingLogin, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    if (!context.io.signal.aborted) await pending.close();
  }
}
