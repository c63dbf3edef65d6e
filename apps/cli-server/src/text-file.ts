/** Files that the administrator named. */
import { readFile } from 'node:fs/promises';
import { placeBytes, readText } from '@countersign/terminal';
import { notJson, unreadableFile, unwritableFile } from './ui/errors.ts';

/** Rejects with CliError `unreadable_file`, exit 2. */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

/** Rejects with CliError `unreadable_file`, exit 2. */
export async function readBinaryFile(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

/** Rejects with CliError `unreadable_file` or `not_json`, exit 2. */
export async function parseJsonFile(path: string): Promise<unknown> {
  const text = await readTextFile(path);
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
