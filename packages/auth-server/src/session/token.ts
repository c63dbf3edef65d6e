/** `token.issue`: a signed token for a service, soon after the second factor. */
import { issuing } from './issuing.ts';
import type { Context, MessageOf, PhaseAt, Step } from './phase.ts';

/** Issues a token, conditional on the account that the session proved. */
export function issueToken(
  context: Context,
  session: PhaseAt<'authenticated'>,
  { audience, seconds }: MessageOf<'token.issue'>,
): Promise<Step> {
  const { standing, source, login } = session;
  return issuing(context, session, async () => {
    const issued = await context.services.tokens.issue({ standing, source, ...login }, { audience, seconds });
    return { type: 'token.issued', ...issued };
  });
}
