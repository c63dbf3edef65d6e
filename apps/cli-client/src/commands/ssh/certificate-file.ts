/**
 * The public certificate of a server in the configuration folder. `ssh` asks the agent for the key of the certificate that
 * `IdentityFile` names, also with `IdentitiesOnly yes` and when the agent holds many keys. The file also tells which
 * authority is the server's when there is no connection.
 */
import { createHash } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Certificate } from '@countersign/ssh-core';
import {
  CliError,
  checkTarget,
  makeOwnFolder,
  readTextFile,
  replaceFile,
  unwritableFile,
} from '@countersign/terminal';
import { configFolder } from '../../connection.ts';
import { type Context, serverOf } from '../../context.ts';
import { isSshError } from './key.ts';

/** Before the random name beside it that a safe write takes, and `-cert.pub`. */
const MOST_CHARACTERS = 200;

/** Returns the path of the file for the server of this command. */
export function certificatePath(context: Context): string {
  return resolve(configFolder(context), 'ssh', `${fileNameOf(serverOf(context))}-cert.pub`);
}

/** Returns the certificate that was written last, or `undefined` if there is none that can be read as one. */
export async function readLastCertificate(
  path: string,
  signal: AbortSignal,
): Promise<Certificate | undefined> {
  const { parseCertificate } = await import('@countersign/ssh-core');
  try {
    return parseCertificate(await readTextFile(path, signal));
  } catch (error) {
    if (isSshError(error) || (error instanceof CliError && isMissing(error.cause))) return undefined;
    throw error;
  }
}

/** Makes the folder of the file, for its owner alone, and checks that the file can be written. @throws {CliError} unwritable_file */
export async function prepareFile(path: string): Promise<void> {
  await makeOwnFolder(dirname(path)).catch((error: unknown) => {
    throw unwritableFile(path, error instanceof CliError ? error.cause : error);
  });
  await checkWritable(path);
}

/** Checks that a file can be written there. @throws {CliError} unwritable_file */
export async function checkWritable(path: string): Promise<void> {
  try {
    await checkTarget(path, true);
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw unwritableFile(path, error);
  }
}

/** Writes a certificate as a line. @throws {CliError} unwritable_file */
export function writeCertificate(path: string, line: string): Promise<void> {
  return replaceFile(path, `${line}\n`, 0o644);
}

/** The name of a server as part of a file name: nothing that a shell, ssh_config or a file system reads as more. */
function fileNameOf(server: string): string {
  const name = server.replaceAll(/[^A-Za-z0-9.-]/g, '_').replace(/^[.-]/, '_');
  if (name.length <= MOST_CHARACTERS) return name;
  return `${name.slice(0, 100)}_${createHash('sha256').update(server).digest('hex').slice(0, 32)}`;
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && ['ENOENT', 'ENOTDIR'].includes(String(cause.code));
}
