/** The private key and certificate of a server in a directory of its own. */
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { alternativeName, generateIdentity, type Identity } from './certificate.ts';

/**
 * Creates `key.pem` and `cert.pem` in a new directory, unless the directory exists. Of several processes that do so at
 * once, one creates it and all of them use it.
 *
 * @param host the address that the server will listen on
 * @throws the error of the system when the directory cannot be created
 */
export async function makeIdentityFiles(dir: string, host: string): Promise<void> {
  if (existsSync(dir)) return;
  // A machine may have a name that no certificate can contain, such as "web-1-".
  await placeIdentityFiles(dir, await generateIdentity({ hosts: hostsOf(host).filter(alternativeName) }));
}

/**
 * Writes `key.pem` and `cert.pem` into a new directory, unless the directory exists.
 *
 * @throws the error of the system when the directory cannot be created
 */
export async function placeIdentityFiles(dir: string, { key, cert }: Identity): Promise<void> {
  // Both files or neither: they are written to another directory, which is then renamed.
  const beside = await mkdtemp(join(dir, '..', '.unfinished-'));
  try {
    await writeFile(join(beside, 'key.pem'), key, { mode: 0o600, flush: true });
    await writeFile(join(beside, 'cert.pem'), cert, { mode: 0o644, flush: true });
    await rename(beside, dir);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    if (!existsSync(dir)) throw error;
  }
}

/** Returns the names and addresses of a server that listens at `host`. */
export function hostsOf(host: string): string[] {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const addresses = isEverywhere
    ? Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
    : [host.toLowerCase()];
  return [...new Set(['localhost', '127.0.0.1', '::1', ownHostName(), ...addresses])];
}

/** Returns the name of this machine in lower case: host names are compared without case (RFC 4343). */
export function ownHostName(): string {
  return hostname().toLowerCase();
}
