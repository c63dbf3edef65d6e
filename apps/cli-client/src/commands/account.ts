import type { AccountFacts } from '@countersign/auth-client';
import {
  confirm,
  counted,
  isoTime,
  moment,
  printFields,
  printJson,
  sentence,
  withJson,
} from '@countersign/terminal';
import { ASK, askFactor } from '../codes.ts';
import type { Entry } from '../command.ts';
import type { Context } from '../context.ts';
import { forgetRevoked } from '../kept.ts';
import { printResult } from '../result.ts';
import { signedIn } from '../sign-in/sign-in.ts';

export const account: Entry = {
  about: 'the account itself',
  commands: {
    show: {
      about: 'show what the server stores about the account',
      run: showAccount,
      examples: withJson('what the server stores'),
    },
    remove: {
      about: 'delete the account',
      run: removeAccount,
      examples: { 'after typing the name again': '', 'at another server': '--server login.example.org:8443' },
    },
  },
};

function showAccount(context: Context): Promise<void> {
  const { io, options } = context;
  return signedIn(context, {}, async (session) => {
    const facts = await session.show();
    const { created, lastLogin } = facts;
    const times = {
      created: isoTime(created),
      lastLogin: lastLogin === undefined ? undefined : isoTime(lastLogin),
    };
    if (options.json) await printJson(io, { event: 'account', ...facts, ...times });
    else await printFields(io, fieldsOf(facts), 0);
  });
}

function fieldsOf(facts: AccountFacts): (readonly [name: string, value: string])[] {
  const { username, created, lastLogin, suite, stretch, totp, recoveryCodesLeft } = facts;
  const stretched =
    stretch.name === 'none'
      ? 'not stretched'
      : `Argon2id, ${stretch.m / 1024} MiB, ${counted(stretch.t, 'pass', 'passes')}`;
  const shortKey = totp.weak ? ', short key' : '';
  return [
    ['User name', username],
    ['Registered', moment(created)],
    ['Last login', lastLogin === undefined ? 'never' : moment(lastLogin)],
    ['Password', `${suite}, ${stretched}`],
    ['Authenticator', `${totp.algorithm}, ${totp.digits} digits, every ${totp.period} s${shortKey}`],
    ['Recovery codes left', String(recoveryCodesLeft)],
  ];
}

function removeAccount(context: Context): Promise<void> {
  const { io, prompts } = context;
  return signedIn(context, { questions: ['User name', ASK.nextCode] }, async (session) => {
    const { username } = session;
    const message = sentence`Type the user name ${username} to remove the account for good`;
    await confirm(io, prompts, { message, expected: username, more: true });
    await askFactor(context, session, (factor) => session.remove(factor));
    await printResult(context, { event: 'account_removed', username }, sentence`Removed: ${username}`);
    await forgetRevoked(context, username);
  });
}
