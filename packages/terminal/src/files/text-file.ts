/**
 * Reads text files: JSON, PEM and secrets. Editors and shells write text in several forms: UTF-8 with a byte order mark
 * (Notepad), and UTF-16 with a mark (`>` of Windows PowerShell).
 */
import { readWhole } from './whole-file.ts';

/** Has a `code` like errors of Node.js, for `systemReason`. */
class NotTextError extends Error {
  override readonly name = 'NotTextError';
  readonly code = 'NOT_TEXT';
}

/** Returns the text without its byte order mark, or `undefined` if the bytes are neither UTF-8 nor UTF-16 with a mark. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reads a text file that is not secret. @throws {Error} the system's `code` or `NOT_TEXT`; the signal's reason */
export async function readText(path: string, signal?: AbortSignal): Promise<string> {
  const text = decodeText(await readWhole(path, signal));
  if (text === undefined) throw new NotTextError(`NOT_TEXT: ${path}`);
  return text;
}
