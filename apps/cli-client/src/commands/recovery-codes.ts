import { note, printJson, withJson } from '@countersign/terminal';
import { ASK, askFactor } from '../codes.ts';
import type { Entry } from '../command.ts';
import type { Context } from '../context.ts';
import { printRecoveryCodes } from '../result.ts';
import { signedIn } from '../sign-in/sign-in.ts';

export const recoveryCodes: Entry = {
  about: 'make new recovery codes; the old ones stop working',
  run: renewRecoveryCodes,
  examples: withJson('ten new codes'),
};

function renewRecoveryCodes(context: Context): Promise<void> {
  const { io, options } = context;
  return signedIn(context, { questions: [ASK.nextCode] }, async (session) => {
    const recoveryCodes = await askFactor(context, session, (factor) => session.renewRecoveryCodes(factor));
    const { username } = session;
    if (options.json) await printJson(io, { event: 'recovery_codes', username, recoveryCodes });
    await printRecoveryCodes(context, recoveryCodes);
    note(io, 'The earlier recovery codes no longer work.');
  });
}
