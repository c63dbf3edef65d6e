/** The server's private key and certificate: files that were given, or `key.pem` and `cert.pem` in the data directory. */
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ServeOptions } from '@countersign/auth-server/fleet';
import { decodeText, readSecretBytes, readTextFile, unusableFolder, usageError } from '@countersign/terminal';
import type { Identity } from '@countersign/tls-channel';
import type { StartOptions } from './serving/options.ts';

const MOST_KEY_BYTES = 64 * 1024;

export type TlsFiles = ServeOptions['tls'];

/** Returns the paths of the server's own files. */
export function ownTlsFiles(dataDir: string): TlsFiles {
  return { key: join(dataDir, 'tls', 'key.pem'), cert: join(dataDir, 'tls', 'cert.pem') };
}

/**
 * Returns the files that were given, or `undefined`.
 *
 * @throws {CliError} usage for one without the other
 */
export function givenTlsFiles({ tlsCert: cert, tlsKey: key }: StartOptions): TlsFiles | undefined {
  if ((cert === undefined) !== (key === undefined))
    throw usageError('usage', '--tls-cert and --tls-key must be used together.', 'Use both or neither.');
  return cert === undefined || key === undefined ? undefined : { key, cert };
}

/** @throws {CliError} unreadable_file, secret_file_unreadable, secret_file_access, secret_file_invalid */
export async function readTlsFiles(files: TlsFiles, signal?: AbortSignal): Promise<Identity> {
  // A file that is not text is not PEM either; openIdentity reports it.
  const key = decodeText(await readSecretBytes(files.key, { most: MOST_KEY_BYTES, signal })) ?? '';
  return { key, cert: await readTextFile(files.cert, signal) };
}

/** Returns whether the data directory has a private key. */
export function hasOwnTlsFiles(dataDir: string): boolean {
  return existsSync(ownTlsFiles(dataDir).key);
}

/**
 * Writes the server's own files, unless they exist.
 *
 * @param made an identity, or the address of a server for a new one
 */
export async function makeTlsFiles(dataDir: string, made: Identity | string): Promise<void> {
  const { makeIdentityFiles, placeIdentityFiles } = await import('@countersign/tls-channel');
  const dir = join(dataDir, 'tls');
  const making = typeof made === 'string' ? makeIdentityFiles(dir, made) : placeIdentityFiles(dir, made);
  await making.catch((error: unknown) => {
    throw unusableFolder(dataDir, error);
  });
}

/** Returns when the certificate in a file expires, in Unix seconds, or `undefined` if the file cannot be read. */
export async function expiryOf(cert: string): Promise<number | undefined> {
  try {
    return Date.parse(new X509Certificate(await readTextFile(cert)).validTo) / 1000;
  } catch {
    return undefined;
  }
}
