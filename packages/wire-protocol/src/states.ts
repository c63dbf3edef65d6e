/**
 * The states of a conversation, and the messages allowed in each.
 *
 * The table does not depend on the role: it says which side speaks, client or server, and both use the same
 * rows. The rules behind it:
 *
 * - The two sides take turns, so each state has one side whose turn it is. Sending a message before the
 *   previous one was answered is an error.
 * - `error` is not in the table: the server may send it in any state, in turn or not, and it closes the
 *   conversation. Messages that the client sent before it read the error are ignored.
 * - The client proves itself first: `login.proven`, which contains M2, can only follow `login.proof`.
 * - One authentication per connection (RFC 9266 §4.1): no row leads back to `start`. There is no row for a
 *   failed proof, which is an `error`. The server decides how many wrong codes it allows before an `error`.
 * - The server may ask for another suite once: `restarted` has no `login.restart`.
 * - A rejected code leads back to the state that asked for it. During an enrolment, the client can also ask
 *   for a new secret by repeating the message that began it.
 * - A reset account, whose TOTP secret is not trusted, lists `totp.replace` among its factors. The user
 *   enrols again with a recovery code before the login completes, and the confirming code completes it.
 * - The commands of a session are in `commands.ts`. A rejected factor leaves the session unchanged.
 * - The question who can register is the only one of its connection, so it cannot hold one. The user is asked for
 *   a password afterwards, which takes longer than a step.
 * - A registration does not authenticate, and neither does a new password after a reset: after `register.done`
 *   and after `password.changed` there, the connection is over, and a login needs a new one.
 * - `failed` is the state after the other side violated the protocol: only an `error` can be sent.
 */
import type { ClientMessageType } from './client-messages.ts';
import { SESSION_STATES } from './commands.ts';
import { forEachSubmit, type SubmitType } from './fields.ts';
import type { MessageType } from './message.ts';
import type { ServerMessageType } from './server-messages.ts';

/** For each state, the side whose turn it is and the state after each of its messages. */
export const TRANSITIONS = {
  start: {
    client: {
      'login.start': 'starting',
      'invite.start': 'inviting',
      'register.ask': 'asking',
      'register.start': 'registering',
    },
  },

  // The password
  starting: { server: { 'login.challenge': 'challenged', 'login.restart': 'restarting' } },
  restarting: { client: { 'login.start': 'restarted' } },
  restarted: { server: { 'login.challenge': 'challenged' } },
  challenged: { client: { 'login.proof': 'proving' } },
  proving: { server: { 'login.proven': 'proven' } },

  // The second factor
  proven: {
    client: {
      ...forEachSubmit<{ readonly [S in SubmitType]: 'judging' }>(() => 'judging'),
      'totp.replace': 'resetting',
    },
  },
  judging: { server: { 'login.done': 'authenticated', 'factor.rejected': 'proven' } },
  resetting: { server: { 'totp.replacing': 'reset', 'factor.rejected': 'proven' } },
  reset: { client: { 'totp.confirm': 'confirmingReset', 'totp.replace': 'resetting' } },
  confirmingReset: { server: { 'login.done': 'authenticated', 'factor.rejected': 'reset' } },

  // An invitation, or the code of a password reset, proven like a password
  inviting: { server: { 'login.challenge': 'inviteChallenged' } },
  inviteChallenged: { client: { 'login.proof': 'inviteProving' } },
  inviteProving: { server: { 'login.proven': 'invited' } },
  invited: { client: { 'register.start': 'registering', 'password.reset': 'resettingPassword' } },
  resettingPassword: { server: { 'password.changed': 'closed', 'factor.rejected': 'invited' } },

  // Registration
  asking: { server: { 'register.policy': 'closed' } },
  registering: { server: { 'register.totp': 'enrolling' } },
  enrolling: { client: { 'register.confirm': 'confirming', 'register.start': 'registering' } },
  confirming: { server: { 'register.done': 'closed', 'factor.rejected': 'enrolling' } },

  ...SESSION_STATES,
  // The end
  failed: { server: {} },
  closed: {},
} as const satisfies Record<string, Row>;

/** One side of a conversation. */
export type Role = 'client' | 'server';
/** A state of a conversation. */
export type State = keyof typeof TRANSITIONS;

/** Whose turn it is, and where each message leads. */
interface Row {
  readonly client?: Readonly<Partial<Record<ClientMessageType, string>>> | undefined;
  readonly server?: Readonly<Partial<Record<ServerMessageType, string>>> | undefined;
}

/** Returns the state after a message of `sender`, or `undefined` if the message is not allowed. */
export function nextState(state: State, sender: Role, type: MessageType): State | undefined {
  if (type === 'error') return sender === 'server' && state !== 'closed' ? 'closed' : undefined;
  const row: { readonly [role in Role]?: { readonly [type in MessageType]?: State } } = TRANSITIONS[state];
  return row[sender]?.[type];
}
