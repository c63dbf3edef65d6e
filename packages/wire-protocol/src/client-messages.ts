/** The client's messages. Each is a strict schema: an unknown key is an error. */
import { z } from 'zod';
import {
  code,
  deviceToken,
  digest,
  factor,
  forEachSubmit,
  groupElement,
  publicInvite,
  roles,
  type SubmitType,
  salt,
  sshLine,
  stretch,
  suite,
  username,
  whole,
} from './fields.ts';

/** A new password for the server: a verifier and how it was computed. */
const credential = { suite, stretch, salt, verifier: groupElement };

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
  'register.start': z.strictObject({ type: z.literal('register.start'), username, ...credential }),
  'register.confirm': z.strictObject({ type: z.literal('register.confirm'), code }),

  // Each command that changes an account carries its own factor, which is spent in the commit of the command.
  'password.change': z.strictObject({ type: z.literal('password.change'), ...credential, factor }),
  'credential.upgrade': z.strictObject({ type: z.literal('credential.upgrade'), ...credential, factor }),
  /** `factor` is absent only if the recovery code of this very login covers the command. */
  'totp.replace': z.strictObject({ type: z.literal('totp.replace'), factor: factor.optional() }),
  'totp.confirm': z.strictObject({ type: z.literal('totp.confirm'), code }),
  'recovery.renew': z.strictObject({ type: z.literal('recovery.renew'), factor }),
  /** `seconds`: how long the certificate is valid; as long as the roles allow if absent. */
  'ssh.certify': z.strictObject({
    type: z.literal('ssh.certify'),
    publicKey: sshLine,
    roles: roles.optional(),
    seconds: whole(1, 31_536_000).optional(),
  }),
  'account.show': z.strictObject({ type: z.literal('account.show') }),
  'account.remove': z.strictObject({ type: z.literal('account.remove'), factor }),
};

/** The type of a message that the client sends. */
export type ClientMessageType = keyof typeof CLIENT_MESSAGES;
/** A message that the client sends. */
export type ClientMessage = z.output<(typeof CLIENT_MESSAGES)[ClientMessageType]>;
