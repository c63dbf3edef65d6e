/** Files that the administrator named. */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { notJson, unreadableFile, unwritableFile } from './ui/errors.ts';

/** Rejects with CliError `unreadable_file`, exit 2. */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
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

/** Writes a file anew in one step: after a crash it is the old one or the new one. Exit 2 when it cannot be. */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const beside = `${path}.new`;
  try {
    await rm(beside, { force: true });
    await writeSynced(beside, text, mode);
    await rename(beside, path);
  } catch (error) {
    throw unwritableFile(path, error);
  }
}

/** Makes a file that was not there, and waits until it is on the disk. */
export async function writeSynced(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
