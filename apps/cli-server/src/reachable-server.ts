/** The address and pin of the server, as invitations and reset codes contain them. */

import { existsSync } from 'node:fs';
import { keptAddress } from '@countersign/auth-server/accounts';
import { servedKey } from '@countersign/auth-server/audit';
import { readTextFile, usageError } from '@countersign/terminal';
import { formatAddress, parseAddress } from '@countersign/tls-channel/address';
import { formatInvitation } from '@countersign/wire-protocol';
import type { Opened } from './command.ts';
import { ownTlsFiles } from './tls-files.ts';

/** The server, as users reach it. */
export interface ReachableServer {
  readonly address: string;
  readonly pin: string;
  /** Returns the text that a user pastes: where the server is, and a secret. */
  invitation(code: string, username: string | undefined): string;
}

/** @throws {CliError} no_public_address, no_pin */
export async function reachableServer(
  { store, settings: { dataDir } }: Opened,
  given: string | undefined,
): Promise<ReachableServer> {
  const address = parseAddress(given ?? (await keptAddress(store)) ?? '');
  if (address === undefined)
    throw usageError(
      'no_public_address',
      'The address at which users reach the server is not known yet.',
      'Use --server HOST:PORT, or set it for all invitations: countersign-server start --public HOST:PORT',
    );
  const pin = (await servedKey(store))?.pin ?? (await ownPin(dataDir));
  return {
    address: formatAddress(address.host, address.port),
    pin,
    invitation: (code, username) => formatInvitation({ ...address, pin, code, username }),
  };
}

/** The pin of a server that has a certificate but has not been started with it yet. */
async function ownPin(dataDir: string): Promise<string> {
  const { cert } = ownTlsFiles(dataDir);
  if (!existsSync(cert))
    throw usageError(
      'no_pin',
      'The text for the user contains the pin of the server, which has no certificate yet.',
      'Start the server once.',
    );
  const { pinOf } = await import('@countersign/tls-channel');
  return pinOf(await readTextFile(cert));
}
