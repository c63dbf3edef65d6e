/**
 * The one reader of text files, for JSON, PEM and secrets alike. Editors and shells write text in more than one form:
 * UTF-8 with a byte order mark (Notepad), and UTF-16, which `>` of Windows PowerShell writes, always with a mark.
 */
import { readWhole } from './whole-file.ts';

/** `code` as Node.js has it, so that `systemReason` finds its words. */
class NotTextError extends Error {
  override readonly name = 'NotTextError';
  readonly code = 'NOT_TEXT';
}

/** The text without its byte order mark, or `undefined` when the bytes are neither UTF-8 nor UTF-16 with a mark. */
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

/** Reads a file that holds no secret. @throws {Error} with a `code`: of the system, or `NOT_TEXT`; the signal's reason */
export async function readText(path: string, signal?: AbortSignal): Promise<string> {
  const text = decodeText(await readWhole(path, signal));
  if (text === undefined) throw new NotTextError(`NOT_TEXT: ${path}`);
  return text;
}
