/** Files that the administrator named. */
import { placeBytes, readText, readWhole } from '@countersign/terminal';
import { notJson, unreadableFile, unwritableFile } from './ui/errors.ts';

/** Rejects with CliError `unreadable_file`, exit 2, or the signal's reason. */
export async function readTextFile(path: string, signal?: AbortSignal): Promise<string> {
  try {
    return await readText(path, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw unreadableFile(path, error);
  }
}

/** Rejects with CliError `unreadable_file`, exit 2, or the signal's reason. */
export async function readBinaryFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await readWhole(path, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw unreadableFile(path, error);
  }
}

/** Rejects with CliError `unreadable_file` or `not_json`, exit 2, or the signal's reason. */
export async function parseJsonFile(path: string, signal: AbortSignal): Promise<unknown> {
  const text = await readTextFile(path, signal);
  try {
    return JSON.parse(text);
  } catch {
    throw notJson(path);
  }
}

/** Writes a file in one step, and replaces one that is there. @throws {CliError} unwritable_file */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  await placeBytes({ path, mode, replace: true }, text).catch((error: unknown) => {
    throw unwritableFile(path, error);
  });
}
