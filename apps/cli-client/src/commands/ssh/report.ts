/** How certificates are shown. */
import { type Certificate, parseKeyId } from '@countersign/ssh-core';
import {
  duration,
  EXIT,
  isoTime,
  note,
  plain,
  printJson,
  printLine,
  problem,
  sentence,
  styleFor,
} from '@countersign/terminal';
import { heldCertificates } from '../../connection.ts';
import { type Context, callThere, serverOf } from '../../context.ts';
import { withoutTokens } from './run-command.ts';

/**
 * Reports the certificate that is used from now on.
 * @param of `isKept`: no login was needed. `hasCommand`: a command follows, which owns standard output
 */
export async function report(
  { io, options }: Context,
  certificate: Certificate,
  { file, hasCommand, isKept = false }: { file: string; hasCommand: boolean; isKept?: boolean },
): Promise<void> {
  if (options.json) return printJson(io, { ...eventOf(certificate), file, new: !isKept });
  if (isKept && hasCommand) return;
  const left = duration(certificate.validBefore - io.now() / 1000);
  const kind = isKept ? 'No login needed: the SSH certificate' : 'SSH certificate';
  const line = sentence`${kind} for ${userOf(certificate)} is valid for ${left}, roles: ${certificate.principals.join(', ')}`;
  if (hasCommand) note(io, line);
  else await printLine(io, styleFor(io.stdout, io.env).green(line));
}

/** Shown once for each server. */
export function showSettings({ io }: Context, file: string): void {
  const path = withoutTokens(file);
  note(
    io,
    'ssh finds the key in the agent. If you use IdentitiesOnly, or the agent holds more than five keys, add this to ~/.ssh/config:',
  );
  note(io, '  Host HOST');
  note(io, `    IdentityFile ${/\s/.test(path) ? `"${path}"` : path}`);
  note(io, '    IdentitiesOnly yes');
}

/**
 * Lists the certificates of the server in the agent.
 *
 * @throws {CliError} no_certificate when none is valid
 */
export async function showStatus(context: Context): Promise<void> {
  const { io, options } = context;
  const now = io.now() / 1000;
  const held = await heldCertificates(context);
  try {
    const certificates = await held.list();
    for (const certificate of certificates)
      if (options.json) await printJson(io, eventOf(certificate));
      else {
        const { serial, validBefore } = certificate;
        const left = validBefore > now ? `valid for ${duration(validBefore - now)}` : 'expired';
        await printLine(
          io,
          sentence`${userOf(certificate)}: ${left}, serial ${serial}, roles: ${certificate.principals.join(', ')}`,
          2,
        );
      }
    if (certificates.some(({ validBefore }) => validBefore > now)) return;
    const message = sentence`The agent holds no valid certificate of ${serverOf(context)}. Get one with: ${callThere(context, 'ssh')}`;
    throw problem('no_certificate', EXIT.refused, message);
  } finally {
    held.close();
  }
}

/** What `ssh-add -l` shows. The name is in the words of the server. */
export function commentOf(context: Context, certificate: Certificate): string {
  return `${plain(userOf(certificate), 64)}@${plain(serverOf(context))} (countersign)`;
}

function eventOf(certificate: Certificate): Readonly<Record<string, unknown>> & { event: string } {
  const { serial, principals, validBefore, keyId } = certificate;
  const username = parseKeyId(keyId)?.username;
  return { event: 'ssh_certificate', username, serial, roles: principals, expiresAt: isoTime(validBefore) };
}

function userOf({ keyId }: Certificate): string {
  return parseKeyId(keyId)?.username ?? '';
}
