/**
 * The server's private key and certificate on disk: given ones, or `tls/key.pem` and `tls/cert.pem` in the data
 * directory, made at the first start. Of several first starts at once, one makes them and all use them.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { decodeText, readSecretBytes } from '@countersign/terminal';
import type { Identity } from '@countersign/tls-channel';
import { UNFINISHED } from './data-dir.ts';
import { ownHostName } from './own-host.ts';
import { readTextFile, replaceFile } from './text-file.ts';
import { unusableDirectory } from './ui/errors.ts';

const MOST_KEY_BYTES = 64 * 1024;

export interface TlsFiles {
  readonly key: string;
  readonly cert: string;
}

/** Where the server's own files are. */
export function ownTlsFiles(dataDir: string): TlsFiles {
  return { key: join(dataDir, 'tls', 'key.pem'), cert: join(dataDir, 'tls', 'cert.pem') };
}

/** Reads both. @throws {CliError} unreadable_file, secret_file_unreadable, secret_file_access, secret_file_invalid */
export async function readTlsFiles(files: TlsFiles, signal?: AbortSignal): Promise<Identity> {
  // What is not text is not PEM either, and openIdentity says so.
  const key = decodeText(await readSecretBytes(files.key, { most: MOST_KEY_BYTES, signal })) ?? '';
  return { key, cert: await readTextFile(files.cert, signal) };
}

/** Makes the server's own files when they are not there. @param host where it will listen */
export async function makeTlsFiles(dataDir: string, host: string): Promise<'made' | 'there'> {
  const dir = join(dataDir, 'tls');
  if (existsSync(dir)) return 'there';
  const { generateIdentity, isCertificateHost } = await import('@countersign/tls-channel');
  // A machine may call itself what no certificate can hold, such as "web-1-".
  const { key, cert } = await generateIdentity({ hosts: hostsOf(host).filter(isCertificateHost) });
  // Both files or none: they are written beside and put in place by one rename.
  const beside = await mkdtemp(join(dataDir, UNFINISHED)).catch((error: unknown) => {
    throw unusableDirectory(dataDir, error);
  });
  await replaceFile(join(beside, 'key.pem'), key, 0o600);
  await replaceFile(join(beside, 'cert.pem'), cert, 0o644);
  try {
    await rename(beside, dir);
    return 'made';
  } catch (error) {
    await rm(beside, { recursive: true });
    if (existsSync(dir)) return 'there';
    throw error;
  }
}

/** The names and addresses a server that listens at `host` is reached by. */
export function hostsOf(host: string): string[] {
  const everywhere = host === '0.0.0.0' || host === '::';
  const addresses = everywhere
    ? Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address))
    : [host.toLowerCase()];
  return [...new Set(['localhost', '127.0.0.1', '::1', ownHostName(), ...addresses])];
}
