/**
 * The public certificate of a server in a file. `ssh` asks the agent for the key of the certificate that `IdentityFile`
 * names, also with `IdentitiesOnly yes` and when the agent holds many keys. The file also tells which authority is the
 * server's when there is no connection.
 */
import { createHash } from 'node:crypto';
import { access, constants, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { checkTarget, hasCode, placeBytes } from '@countersign/own-files';
import { type Certificate, formatLine, parseCertificate, SshError } from '@countersign/ssh-core';
import { ClientError } from '../errors.ts';

/** Before the random name beside it that a safe write takes, and `-cert.pub`. */
const MOST_CHARACTERS = 200;

/**
 * Returns the path of a server's file in a folder.
 *
 * @param server as `formatServer` writes it
 */
export function certificatePath(dir: string, server: string): string {
  return resolve(dir, `${fileNameOf(server)}-cert.pub`);
}

/**
 * Returns the certificate that was written last, or `undefined` if there is none that can be read as one.
 * @throws {ClientError} unreadable_file
 */
export async function readCertificate(path: string): Promise<Certificate | undefined> {
  try {
    return parseCertificate(await readFile(path, 'utf8'));
  } catch (cause) {
    if (cause instanceof SshError || hasCode(cause, 'ENOENT') || hasCode(cause, 'ENOTDIR')) return undefined;
    throw new ClientError('unreadable_file', `the file ${path} cannot be read`, { cause });
  }
}

/**
 * Checks that a file can be written there.
 *
 * @throws {ClientError} unwritable_file
 */
export async function checkWritable(path: string): Promise<void> {
  await coded(path, async () => {
    await checkTarget(path, true);
    await access(dirname(path), constants.W_OK);
  });
}

/**
 * Writes a certificate as a line, which every user can read.
 *
 * @throws {ClientError} unwritable_file
 */
export async function writeCertificate(path: string, certificate: Certificate): Promise<void> {
  await coded(path, () => placeBytes({ path, mode: 0o644, replace: true }, `${formatLine(certificate)}\n`));
}

/**
 * Runs a task for which a file has to be written.
 *
 * @throws {ClientError} unwritable_file
 */
export async function coded(path: string, task: () => Promise<void>): Promise<void> {
  await task().catch((cause: unknown) => {
    throw new ClientError('unwritable_file', `the file ${path} cannot be written`, { cause });
  });
}

/** The name of a server as part of a file name: nothing that a shell, ssh_config or a file system reads as more. */
function fileNameOf(server: string): string {
  const name = server.replaceAll(/[^A-Za-z0-9.-]/g, '_').replace(/^[.-]/, '_');
  if (name.length <= MOST_CHARACTERS) return name;
  return `${name.slice(0, 100)}_${createHash('sha256').update(server).digest('hex').slice(0, 32)}`;
}
