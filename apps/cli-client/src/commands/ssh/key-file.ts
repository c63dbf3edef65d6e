/** A public key of the user's own, to be certified. */
import { type PublicKey, parsePublicKey, SshError } from '@countersign/ssh-core';
import { decodeText, EXIT, problem, readAtMost, readable, sentence } from '@countersign/terminal';

/** More than the longest line of a key. */
const MOST_BYTES = 65_536;

/**
 * Reads a public key file.
 *
 * @throws {CliError} unreadable_file, key_refused
 */
export async function readPublicKey(path: string, signal: AbortSignal): Promise<PublicKey> {
  const bytes = await readable(path, readAtMost(path, MOST_BYTES, signal), signal);
  const text = bytes && decodeText(bytes);
  if (text === undefined) throw keyRefused(path, 'it is not the line of text that a .pub file has');
  try {
    return parsePublicKey(text);
  } catch (error) {
    if (error instanceof SshError) throw keyRefused(path, error.message, error);
    throw error;
  }
}

function keyRefused(path: string, why: string, cause?: unknown): Error {
  // No full stop behind a command.
  const end = /: ssh-keygen [^:]*$/.test(why) ? '' : '.';
  const message = sentence`The key in ${path} cannot be certified: ${why}${end}`;
  return problem('key_refused', EXIT.refused, message, undefined, cause);
}
