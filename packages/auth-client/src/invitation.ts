/** An invitation as it is pasted (docs/protocol.md), and its code: a public id and a secret with a check character. */
import { parseRecoveryCode } from '@countersign/totp-core';
import { type InvitationProblem, readInvitation } from '@countersign/wire-protocol';
import { ClientError, type ClientErrorCode } from './errors.ts';
import { formatServer, parseServer, type ServerAddress } from './server-address.ts';

export interface Invitation {
  readonly server: ServerAddress;
  /** The pin that the server must show. */
  readonly pin: string;
  /** The only user name it can be used for; without it any. */
  readonly username: string | undefined;
  /** `ID.XXXX-XXXX-XXXX-XXXX` */
  readonly code: string;
}

const PROBLEMS: Readonly<Record<InvitationProblem, readonly [ClientErrorCode, string]>> = {
  not_an_invitation: ['bad_invitation', 'that is not an invitation: one begins with countersign1_'],
  newer_version: ['newer_invitation', 'the invitation was made by a newer version'],
  damaged: ['damaged_invitation', 'characters of the invitation are missing or wrong'],
  malformed: ['bad_invitation', 'what is in the invitation cannot be used'],
};

/**
 * Reads a pasted invitation; white space is passed over.
 * @throws {ClientError} bad_invitation, damaged_invitation, newer_invitation
 */
export function parseInvitation(text: string): Invitation {
  const reading = readInvitation(text);
  if (!reading.ok) throw problem(reading.problem);
  const { host, port, pin, username, code } = reading.invitation;
  try {
    codeParts(code);
    return { server: parseServer(formatServer({ host, port })), pin, username, code };
  } catch (cause) {
    throw problem('malformed', cause);
  }
}

/** Id and secret of a code; the secret in canonical form. @throws {ClientError} bad_invitation */
export function codeParts(code: string): { id: string; secret: string } {
  const dot = code.indexOf('.');
  const secret = parseRecoveryCode(code.slice(dot + 1));
  if (dot < 1 || dot > 64 || !secret.ok) throw problem('malformed');
  return { id: code.slice(0, dot), secret: secret.code };
}

function problem(kind: InvitationProblem, cause?: unknown): ClientError {
  const [code, message] = PROBLEMS[kind];
  return new ClientError(code, message, cause === undefined ? {} : { cause });
}
