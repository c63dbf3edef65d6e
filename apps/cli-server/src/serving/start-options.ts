/**
 * What the options of `start` ask for. Every file that they name is read here, so that mistakes are found before the
 * passphrase is asked for, and again on SIGHUP.
 */
import type { RegistrationPolicy } from '@countersign/auth-server';
import type { ServeOptions } from '@countersign/auth-server/fleet';
import type { Io } from '@countersign/terminal';
import { openIdentity } from '@countersign/tls-channel';
import { chosenLimits } from '../chosen-limits.ts';
import type { Settings } from '../settings.ts';
import { givenTlsFiles, ownTlsFiles, readTlsFiles } from '../tls-files.ts';
import { registrationOf, type StartOptions } from './options.ts';

/** Reads every file that the options name, so that mistakes are found at once. */
export async function serveOptions(
  { signal }: Io,
  settings: Settings,
  options: StartOptions,
): Promise<ServeOptions & { readonly registration: RegistrationPolicy }> {
  const { host, port, proxyProtocol, issuer, auditDays, sshHours, issuerUrl } = options;
  const given = givenTlsFiles(options);
  if (given) openIdentity(await readTlsFiles(given, signal));
  return {
    host,
    port,
    relays: proxyProtocol,
    publicAddress: options.public,
    registration: registrationOf(options),
    issuer,
    auditDays,
    sshHours,
    issuerUrl,
    limits: await chosenLimits(settings, options.limits, signal),
    tls: given ?? ownTlsFiles(settings.dataDir),
  };
}
