/** The client's messages. Each is a strict schema: an unknown key is an error. */
import { z } from 'zod';
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

/** A code of one kind of second factor. */
type Submit<S extends SubmitType> = z.ZodObject<{ type: z.ZodLiteral<S>; code: typeof code }, z.core.$strict>;

/** The schema of each message that the client sends, by type. */
export const CLIENT_MESSAGES = {
  'login.start': z.strictObject({
    type: z.literal('login.start'),
    username,
    suite,
    A: groupElement,
    device: deviceToken.optional(),
  }),
  'login.proof': z.strictObject({ type: z.literal('login.proof'), M1: digest, binding: digest }),
  ...forEachSubmit<{ [S in SubmitType]: Submit<S> }>((type) =>
    z.strictObject({ type: z.literal(type), code }),
  ),

  'invite.start': z.strictObject({ type: z.literal('invite.start'), invite: publicInvite, A: groupElement }),
  'register.ask': z.strictObject({ type: z.literal('register.ask') }),
  'register.start': z.strictObject({ type: z.literal('register.start'), username, ...credential }),
  'register.confirm': z.strictObject({ type: z.literal('register.confirm'), code }),
  /** A new password after an administrator's reset, with a second factor. */
  'password.reset': z.strictObject({ type: z.literal('password.reset'), ...credential, factor }),

  ...COMMANDS,
};

export type ClientMessageType = keyof typeof CLIENT_MESSAGES;
/** A message that the client sends. */
export type ClientMessage = z.output<(typeof CLIENT_MESSAGES)[ClientMessageType]>;
