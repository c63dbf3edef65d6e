/**
 * What a user who is logged in can do: the client's messages, the server's answers, and the states in between. A new
 * command of a session is added here only.
 *
 * A command that changes an account carries its own factor, which is spent in the commit of the command.
 */
import { z } from 'zod';
import {
  audience,
  code,
  count,
  credential,
  factor,
  MOST_TOKEN_SECONDS,
  newSecret,
  recoveryCodes,
  roles,
  serial,
  sshLine,
  stretch,
  suite,
  time,
  token,
  totpProfile,
  username,
  whole,
} from './fields.ts';

/** The messages that the client sends in a session. */
export const COMMANDS = {
  'password.change': { ...credential, factor },
  'credential.upgrade': { ...credential, factor },
  /** `factor` is absent only if the recovery code of this very login covers the command. */
  'totp.replace': { factor: factor.optional() },
  'totp.confirm': { code },
  'recovery.renew': { factor },
  /** `seconds`: how long the certificate is valid; as long as the roles allow if absent. */
  'ssh.certify': { publicKey: sshLine, roles: roles.optional(), seconds: whole(1, 31_536_000).optional() },
  /** `seconds`: how long the token is valid; as long as the service allows if absent. */
  'token.issue': { audience, seconds: whole(1, MOST_TOKEN_SECONDS).optional() },
  'account.show': {},
  'account.remove': { factor },
};

/** Their answers. `factor.rejected` answers those with a code, too. */
export const COMMAND_ANSWERS = {
  'password.changed': {},
  'credential.upgraded': {},
  'totp.replacing': newSecret,
  'totp.replaced': {},
  'recovery.renewed': { recoveryCodes },
  'ssh.certified': { certificate: sshLine, serial, roles, expiresAt: time },
  'token.issued': { token, expiresAt: time },
  'account.shown': {
    username,
    created: time,
    lastLogin: time.optional(),
    suite,
    stretch,
    totp: z.strictObject({ ...totpProfile, weak: z.boolean() }),
    recoveryCodesLeft: count,
  },
  'account.removed': {},
};

/** The states of a session, as in `TRANSITIONS`. */
export const SESSION_STATES = {
  authenticated: {
    client: {
      'password.change': 'changingPassword',
      'credential.upgrade': 'upgrading',
      'totp.replace': 'replacing',
      'recovery.renew': 'renewing',
      'account.show': 'showing',
      'ssh.certify': 'certifying',
      'token.issue': 'issuing',
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
  certifying: { server: { 'ssh.certified': 'authenticated' } },
  issuing: { server: { 'token.issued': 'authenticated' } },
  removing: { server: { 'account.removed': 'closed', 'factor.rejected': 'authenticated' } },
} as const;
