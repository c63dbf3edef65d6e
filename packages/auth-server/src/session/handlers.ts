/**
 * What the server does with each message of a client: one handler for each state of the wire in which the client speaks,
 * and each message that is allowed there. The type is derived from the wire's own table, so a message without a handler,
 * or a handler without a message, does not compile.
 */
import { forEachSubmit, type Message, type SubmitType, type TRANSITIONS } from '@countersign/wire-protocol';
import {
  changePassword,
  removeAccount,
  renewRecovery,
  showAccount,
  upgradeCredential,
} from './account-commands.ts';
import { proveLogin, startLogin, submitFactor } from './login.ts';
import { resetPassword } from './password-reset.ts';
import type { Handler, PhaseAt } from './phase.ts';
import {
  confirmRegistration,
  proveInvitation,
  showPolicy,
  startInvitation,
  startRegistration,
} from './registration.ts';
import { certify } from './ssh.ts';
import { issueToken } from './token.ts';
import { confirmReplacement, confirmReset, replaceTotp, replaceTotpAfterReset } from './totp-replacement.ts';

type Table = typeof TRANSITIONS;

/** The states in which the client speaks. */
type ClientState = { [S in keyof Table]: Table[S] extends { client: object } ? S : never }[keyof Table];

/** The messages that the client may send in a state. */
type ClientMessages<S extends ClientState> = Extract<keyof Table[S]['client'], Message['type']>;

/** One handler for each of them. */
export type Handlers = {
  readonly [S in ClientState]: {
    readonly [T in ClientMessages<S>]: Handler<PhaseAt<S>, T>;
  };
};

export const HANDLERS: Handlers = {
  start: {
    'login.start': startLogin,
    'invite.start': startInvitation,
    'register.ask': showPolicy,
    'register.start': startRegistration,
  },
  restarting: { 'login.start': startLogin },
  challenged: { 'login.proof': proveLogin },
  proven: {
    ...forEachSubmit<{ readonly [T in SubmitType]: Handler<PhaseAt<'proven'>, T> }>((_, kind) =>
      submitFactor(kind),
    ),
    'totp.replace': replaceTotpAfterReset,
  },
  reset: { 'totp.replace': replaceTotpAfterReset, 'totp.confirm': confirmReset },
  inviteChallenged: { 'login.proof': proveInvitation },
  invited: { 'register.start': startRegistration, 'password.reset': resetPassword },
  enrolling: { 'register.start': startRegistration, 'register.confirm': confirmRegistration },
  authenticated: {
    'password.change': changePassword,
    'credential.upgrade': upgradeCredential,
    'totp.replace': replaceTotp,
    'recovery.renew': renewRecovery,
    'account.show': showAccount,
    'ssh.certify': certify,
    'token.issue': issueToken,
    'account.remove': removeAccount,
  },
  replacement: { 'totp.replace': replaceTotp, 'totp.confirm': confirmReplacement },
};
