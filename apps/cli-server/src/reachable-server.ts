/** The address and pin of the server, as invitations and reset codes contain them. */
import { existsSync } from 'node:fs';
import { keptAddress } from '@countersign/auth-server/accounts';
import { servedKey } from '@countersign/auth-server/audit';
import type { Store } from '@countersign/secure-store';
import { readTextFile, usageError } from '@countersign/terminal';
import { type Address, parseAddress } from '@countersign/tls-channel/address';
import type { Settings } from './settings.ts';
import { ownTlsFiles } from './tls-files.ts';

/** The address of the server for users, and its pin. */
export async function reachableServer(
  store: Store,
  { dataDir }: Settings,
  given: string | undefined,
): Promise<Address & { readonly pin: string }> {
  const address = parseAddress(given ?? (await keptAddress(store)) ?? '');
  if (address === undefined)
    throw usageError(
      'no_public_address',
      'The address at which users reach the server is not known yet.',
      'Use --server HOST:PORT, or set it for all invitations: countersign-server start --public HOST:PORT',
    );
  return { ...address, pin: (await servedKey(store))?.pin ?? (await ownPin(dataDir)) };
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
