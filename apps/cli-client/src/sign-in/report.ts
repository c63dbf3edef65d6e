/** The third step of a login: what its user should know. */
import type { AccountSession } from '@countersign/auth-client';
import {
  counted,
  isoTime,
  moment,
  note,
  plain,
  printJson,
  printLine,
  relative,
  sentence,
  styleFor,
  warn,
} from '@countersign/terminal';
import { type Context, callThere } from '../context.ts';

/** Few enough recovery codes to warn of it. */
const FEW_CODES = 3;

/** @param isCommand the login is the whole command, so that its success is data, on stdout */
export async function report(context: Context, session: AccountSession, isCommand: boolean): Promise<void> {
  const { io, options } = context;
  const { username, lastLogin, recoveryCodesLeft, advice } = session;
  const before =
    lastLogin === undefined
      ? 'This is the first login.'
      : `Last login: ${moment(lastLogin)}, ${relative(lastLogin, io.now() / 1000)}.`;
  const { green } = styleFor(io.stdout, io.env);
  if (options.json)
    await printJson(io, {
      event: 'authenticated',
      username,
      lastLogin: lastLogin === undefined ? undefined : isoTime(lastLogin),
      failedSince: failuresForPrograms(session),
      recoveryCodesLeft,
      advice,
    });
  else
    for (const line of [sentence`Login successful: ${username}`, before])
      if (isCommand) await printLine(io, green(line));
      else note(io, line);
  for (const warning of warningsFor(context, session)) warn(io, warning);
  if (advice.includes('renew_totp'))
    note(
      io,
      `The key in your authenticator app is an old, short one. Renew it with ${callThere(context, 'totp', 'replace')}.`,
    );
  if (io.env.COUNTERSIGN_TIMINGS === '1') {
    const { login, stretching } = session.took;
    note(
      io,
      `The login took ${login.toFixed(0)} ms, without ${stretching.toFixed(0)} ms of stretching and the typing.`,
    );
  }
}

function warningsFor(context: Context, { failedSince, recoveryCodesLeft, advice }: AccountSession): string[] {
  const { passwords, codes, unfinished } = failedSince;
  const change = `change it now with ${callThere(context, 'password')}.`;
  const warnings: string[] = [];
  if (passwords > 0)
    warnings.push(
      `${counted(passwords, 'password')} refused since the last login. If that was not you, someone is guessing your password.`,
    );
  if (codes > 0)
    warnings.push(
      `${counted(codes, 'code')} refused since the last login. If that was not you, someone else knows your password: ${change}`,
    );
  if (unfinished) {
    const { count, source, at } = unfinished;
    const last = `${count === 1 ? '' : 'the last '}from ${plain(source)}, ${relative(at, context.io.now() / 1000)} (${moment(at)})`;
    warnings.push(
      `${counted(count, 'login')} with your password ${count === 1 ? 'was' : 'were'} not completed, ${last}. If that was not you, someone else knows your password: ${change}`,
    );
  }
  if (advice.includes('replace_totp'))
    warnings.push(
      `You logged in with a recovery code, which is spent now; ${recoveryCodesLeft === 0 ? 'none is' : `${recoveryCodesLeft} are`} left. If you have lost your authenticator, set up a new one next.`,
    );
  if (recoveryCodesLeft <= FEW_CODES)
    warnings.push(
      `${recoveryCodesLeft === 0 ? 'No recovery code is left' : `Only ${counted(recoveryCodesLeft, 'recovery code')} left`}: make new ones with ${callThere(context, 'recovery-codes')}.`,
    );
  return warnings;
}

/** @returns `undefined` when nothing failed */
function failuresForPrograms({
  failedSince: { passwords, codes, unfinished },
}: AccountSession): object | undefined {
  if (passwords + codes === 0 && !unfinished) return undefined;
  return { passwords, codes, unfinished: unfinished && { ...unfinished, at: isoTime(unfinished.at) } };
}
