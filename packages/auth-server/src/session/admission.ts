/**
 * The decision of an embedder on logins: `onLogin` is called for every login with a correct password and second factor,
 * before anything is committed, and can refuse it. Then the code is spent and the refusal audited in the commit that a login would
 * have made, so a refused code cannot be used again. A decision that fails or takes too long refuses the login.
 */
import type { FactorKind } from '@countersign/wire-protocol';
import type { Account } from '../accounts/account.ts';
import type { Context } from './phase.ts';
import { secondsNow } from './services.ts';

const MOST_MILLISECONDS = 5_000;
const MOST_REASON = 200;

/** Returns why a login is refused, in words for the audit log, or `undefined`. */
export async function refusalOf(
  { services, onFailure }: Context,
  { uid, username, roles }: Account,
  factor: FactorKind,
): Promise<string | undefined> {
  const { decideLogin } = services;
  if (!decideLogin) return undefined;
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error('onLogin did not decide within five seconds');
      ending.abort(error);
      reject(error);
    }, MOST_MILLISECONDS);
  });
  try {
    const login = { uid, username, roles, factor, at: secondsNow(services) };
    const decision = await Promise.race([decideLogin(login, { signal: ending.signal }), late]);
    return decision && printable(decision.refused);
  } catch (error) {
    onFailure(error);
    return ending.signal.aborted ? 'onLogin took too long' : 'onLogin failed';
  } finally {
    clearTimeout(timer);
  }
}

/** Returns text without control, format and bidirectional characters, of limited length. */
function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, ' ')
    .trim()
    .slice(0, MOST_REASON);
}
