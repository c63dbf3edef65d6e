/**
 * The states of a conversation, and every message that may come in each.
 *
 * The table is blind to roles: it says who speaks, client or server, and both sides run on the same rows. The rules
 * that made it:
 *
 * - Both sides speak in turn, so each state has one side whose turn it is. A message sent before the answer to the
 *   one before has come is an error.
 * - `error` is not in the table: the server may say it in any state, in turn or not, and the conversation is closed.
 *   What the client had sent before it read the error is dropped unread.
 * - The client proves itself first: `login.proven`, which holds M2, can only follow `login.proof`.
 * - One authentication per connection (RFC 9266 §4.1): no row leads back to `start`. A failed proof has no row, it is
 *   an `error`; how many wrong codes are borne before one is the server's decision.
 * - The server may ask once for another suite: from `restarted` there is no `login.restart`.
 * - A rejected code leads back to where a code was asked for. In an enrolment a new secret may be asked for as well,
 *   by sending again what began it.
 * - A reset account, whose TOTP secret is not to be trusted, has `totp.replace` among its factors: it enrols anew with
 *   a recovery code before it is logged in, and the confirming code completes the login.
 * - A command that changes an account carries a factor of its own; a rejected one leaves the session where it was.
 * - A registration authenticates nobody: after `register.done` the connection is over, and a login takes a new one.
 * - `failed` is where a connection stands after the other side broke a rule: nothing can be said but an `error`.
 */
import type { ClientMessageType } from './client-messages.ts';
import type { MessageType } from './message.ts';
import type { ServerMessageType } from './server-messages.ts';

export const TRANSITIONS = {
  start: {
    client: { 'login.start': 'starting', 'invite.start': 'inviting', 'register.start': 'registering' },
  },

  // The password
  starting: { server: { 'login.challenge': 'challenged', 'login.restart': 'restarting' } },
  restarting: { client: { 'login.start': 'restarted' } },
  restarted: { server: { 'login.challenge': 'challenged' } },
  challenged: { client: { 'login.proof': 'proving' } },
  proving: { server: { 'login.proven': 'proven' } },

  // The second factor
  proven: {
    client: { 'totp.submit': 'judging', 'recovery.submit': 'judging', 'totp.replace': 'resetting' },
  },
  judging: { server: { 'login.done': 'authenticated', 'factor.rejected': 'proven' } },
  resetting: { server: { 'totp.replacing': 'reset', 'factor.rejected': 'proven' } },
  reset: { client: { 'totp.confirm': 'confirmingReset', 'totp.replace': 'resetting' } },
  confirmingReset: { server: { 'login.done': 'authenticated', 'factor.rejected': 'reset' } },

  // An invitation, proven like a password
  inviting: { server: { 'login.challenge': 'inviteChallenged' } },
  inviteChallenged: { client: { 'login.proof': 'inviteProving' } },
  inviteProving: { server: { 'login.proven': 'invited' } },
  invited: { client: { 'register.start': 'registering' } },

  // Registration
  registering: { server: { 'register.totp': 'enrolling' } },
  enrolling: { client: { 'register.confirm': 'confirming', 'register.start': 'registering' } },
  confirming: { server: { 'register.done': 'closed', 'factor.rejected': 'enrolling' } },

  // Logged in
  authenticated: {
    client: {
      'password.change': 'changingPassword',
      'credential.upgrade': 'upgrading',
      'totp.replace': 'replacing',
      'recovery.renew': 'renewing',
      'account.show': 'showing',
      'account.remove': 'removing',
    },
  },
  changingPassword: { server: { 'password.changed': 'authenticated', 'factor.rejected': 'authenticated' } },
  upgrading: { server: { 'credential.upgraded': 'authenticated', 'factor.rejected': 'authenticated' } },
  replacing: { server: { 'totp.replacing': 'replacement', 'factor.rejected': 'authenticated' } },
  replacement: { client: { 'totp.confirm': 'confirmingReplacement', 'totp.replace': 'replacing' } },
  confirmingReplacement: { server: { 'totp.replaced': 'authenticated', 'factor.rejected': 'replacement' } },
  renewing: { server: { 'recovery.renewed': 'authenticated', 'factor.rejected': 'authenticated' } },
  showing: { server: { 'account.shown': 'authenticated' } },
  removing: { server: { 'account.removed': 'closed', 'factor.rejected': 'authenticated' } },

  // The end
  failed: { server: {} },
  closed: {},
} as const satisfies Record<string, Row>;

export type Role = 'client' | 'server';
export type State = keyof typeof TRANSITIONS;

/** Whose turn it is, and where each message leads. */
interface Row {
  readonly client?: Readonly<Partial<Record<ClientMessageType, string>>>;
  readonly server?: Readonly<Partial<Record<ServerMessageType, string>>>;
}

/** Where a message of `sender` leads from `state`, or `undefined` where it may not come. */
export function nextState(state: State, sender: Role, type: MessageType): State | undefined {
  if (type === 'error') return sender === 'server' && state !== 'closed' ? 'closed' : undefined;
  const row: { readonly [role in Role]?: { readonly [type in MessageType]?: State } } = TRANSITIONS[state];
  return row[sender]?.[type];
}

/** Who speaks next; `undefined` when the conversation is closed. */
export function turnOf(state: State): Role | undefined {
  const row: { readonly [role in Role]?: object } = TRANSITIONS[state];
  return row.client ? 'client' : row.server ? 'server' : undefined;
}
