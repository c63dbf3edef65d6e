/** A login for a certificate, and what is checked of it before anything is stored. */
import { type Certificate, type PublicKey, parseCertificate } from '@countersign/ssh-core';
import { type CliError, EXIT, problem, sentence } from '@countersign/terminal';
import { type Context, serverOf } from '../../context.ts';
import { signedIn } from '../../sign-in/sign-in.ts';
import type { SshOptions } from './command-line.ts';
import { isSame, ownerOf } from './held.ts';
import { isSshError } from './key.ts';

/** Logs in, and passes a certificate for the key to `keep`. */
export function logInForCertificate(
  context: Context,
  { user, role: roles, hours }: SshOptions,
  publicKey: PublicKey,
  keep: (certificate: Certificate) => Promise<void>,
): Promise<void> {
  return signedIn(context, { name: user }, async (session) => {
    const seconds = hours === undefined ? undefined : hours * 3600;
    const { certificate } = await session.certify({ publicKey, roles, seconds });
    await keep(checked(context, certificate, publicKey));
  });
}

/** @throws {CliError} bad_certificate */
function checked(context: Context, line: string, publicKey: PublicKey): Certificate {
  try {
    const certificate = parseCertificate(line);
    if (isSame(certificate.key, publicKey) && ownerOf(certificate)) return certificate;
  } catch (error) {
    if (!isSshError(error)) throw error;
    throw badCertificate(context, error);
  }
  throw badCertificate(context);
}

function badCertificate(context: Context, cause?: unknown): CliError {
  const message = sentence`The server at ${serverOf(context)} has returned something else than a certificate for this key. It was not used. Tell its administrator.`;
  return problem('bad_certificate', EXIT.untrusted, message, undefined, cause);
}
