/** The server's messages. */
import { z } from 'zod';
import { COMMAND_ANSWERS } from './commands.ts';
import {
  count,
  digest,
  errorCode,
  FACTORS,
  groupElement,
  hint,
  identity,
  newSecret,
  recoveryCodes,
  salt,
  source,
  stretch,
  suite,
  text,
  time,
  username,
  wait,
} from './fields.ts';
import { messages } from './messages.ts';

/** The schema of each message that the server sends, by type. */
export const SERVER_MESSAGES = messages({
  'login.challenge': { suite, identity, stretch, salt, B: groupElement },
  /** The account has another suite: start again with an A of its group. */
  'login.restart': { suite },
  /** `factors`: what the client may send next. `retryAfter`: seconds until codes are accepted. */
  'login.proven': {
    M2: digest,
    factors: z.array(z.enum([...FACTORS, 'totp.replace'])).max(FACTORS.length + 1),
    retryAfter: wait.optional(),
  },
  'login.done': {
    username,
    lastLogin: time.optional(),
    /** `unfinished`: correct passwords without a completed login, and the time of the last one. */
    failedSince: z
      .strictObject({
        passwords: count,
        codes: count,
        unfinished: z.strictObject({ count, source, at: time }).optional(),
      })
      .optional(),
    recoveryCodesLeft: count,
    nextCodeIn: wait,
    advice: z.array(z.enum(['replace_totp', 'upgrade_credential', 'renew_totp'])).max(3),
  },
  'factor.rejected': {
    reason: z.enum(['malformed', 'wrong', 'used', 'own']).optional(),
    hint: hint.optional(),
    attemptsLeft: count,
    retryAfter: wait.optional(),
    nextCodeIn: wait.optional(),
  },

  /** Who can register. */
  'register.policy': { registration: z.enum(['open', 'invite', 'closed']) },
  'register.totp': newSecret,
  'register.done': { recoveryCodes },

  ...COMMAND_ANSWERS,
  /** `message` is for logs of the client's author. Clients print their own text for each code. */
  error: { code: errorCode, message: text(512), retryAfter: wait.optional() },
});

/** The type of a message that the server sends. */
export type ServerMessageType = keyof typeof SERVER_MESSAGES;
/** A message that the server sends. */
export type ServerMessage = z.output<(typeof SERVER_MESSAGES)[ServerMessageType]>;
