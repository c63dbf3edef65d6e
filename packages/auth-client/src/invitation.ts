/** Invitations as users paste them (docs/protocol.md). Their code has a public id and a secret with a check character. */
import { parseRecoveryCode } from '@countersign/totp-core';
import { type InvitationProblem, readInvitation } from '@countersign/wire-protocol';
import { ClientError, type ClientErrorCode } from './errors.ts';
import { formatServer, parseServer, type ServerAddress } from './server-address.ts';

/** An invitation to register with one server. */
export interface Invitation {
  readonly server: ServerAddress;
  /** The pin that the server must show. */
  readonly pin: string;
  /** The only user name it is valid for; any name without it. */
  readonly username: string | undefined;
  /** `ID.XXXX-XXXX-XXXX-XXXX` */
  readonly code: string;
}

const PROBLEMS: Readonly<Record<InvitationProblem, readonly [ClientErrorCode, string]>> = {
  not_an_invitation: ['bad_invitation', 'that is not an invitation, which begins with countersign1_'],
  newer_version: ['newer_invitation', 'the invitation was made by a newer version'],
  damaged: ['damaged_invitation', 'characters of the invitation are missing or wrong'],
  malformed: ['bad_invitation', 'the content of the invitation cannot be used'],
};

/**
 * Reads a pasted invitation, and ignores white space.
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

/**
 * Returns id and secret of a code, the secret in canonical form.
 *
 * @throws {ClientError} bad_invitation
 */
export function codeParts(code: string): { id: string; secret: string } {
  const dot = code.indexOf('.');
  const secret = parseRecoveryCode(code.slice(dot + 1));
  if (dot < 1 || dot > 64 || !secret.ok) throw problem('malformed');
  return { id: code.slice(0, dot), secret: secret.code };
}

function problem(kind: InvitationProblem, cause?: unknown): ClientError {
  const [code, message] = PROBLEMS[kind];
  return new ClientError(code, message, { cause });
}

/**
 * Reads an invitation that a user pastes line by line. A line after one whose end is missing may be that end: mail programs
 * break long lines.
 */
export class PastedInvitation {
  #before = '';

  /**
   * Returns the invitation that ends with this line.
   *
   * @throws {ClientError} as {@link parseInvitation}, if there is none yet
   */
  add(line: string): Invitation {
    try {
      return parseInvitation(line);
    } catch (error) {
      const isBroken = error instanceof ClientError && error.code === 'damaged_invitation';
      this.#before = isBroken ? line : this.#before + line;
      return parseInvitation(this.#before);
    }
  }
}
