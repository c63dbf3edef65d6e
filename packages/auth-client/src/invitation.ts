/** An invitation as it is typed: a public id and a secret with a check character, `ID.XXXX-XXXX-XXXX-XXXX`. */
import { parseRecoveryCode } from '@countersign/totp-core';
import { ClientError } from './errors.ts';

/** Its two parts; the secret in canonical form. @throws ClientError `bad_invitation` */
export function parseInvitation(text: string): { id: string; secret: string } {
  const trimmed = text.trim();
  const dot = trimmed.indexOf('.');
  const secret = parseRecoveryCode(trimmed.slice(dot + 1));
  if (dot < 1 || dot > 64 || !secret.ok)
    throw new ClientError('bad_invitation', 'that is not an invitation: check it for typing mistakes');
  return { id: trimmed.slice(0, dot), secret: secret.code };
}
