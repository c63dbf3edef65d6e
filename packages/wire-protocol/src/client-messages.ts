/** The client's messages. */
import type { z } from 'zod';
import { COMMANDS } from './commands.ts';
import {
  code,
  credential,
  deviceToken,
  digest,
  factor,
  forEachSubmit,
  groupElement,
  publicInvite,
  type SubmitType,
  suite,
  username,
} from './fields.ts';
import { messages } from './messages.ts';

/** The schema of each message that the client sends, by type. */
export const CLIENT_MESSAGES = messages({
  'login.start': { username, suite, A: groupElement, device: deviceToken.optional() },
  'login.proof': { M1: digest, binding: digest },
  ...forEachSubmit<{ [S in SubmitType]: { code: typeof code } }>(() => ({ code })),

  'invite.start': { invite: publicInvite, A: groupElement },
  'register.ask': {},
  'register.start': { username, ...credential },
  'register.confirm': { code },
  /** A new password after an administrator's reset, with a second factor. */
  'password.reset': { ...credential, factor },

  ...COMMANDS,
});

export type ClientMessageType = keyof typeof CLIENT_MESSAGES;
/** A message that the client sends. */
export type ClientMessage = z.output<(typeof CLIENT_MESSAGES)[ClientMessageType]>;
