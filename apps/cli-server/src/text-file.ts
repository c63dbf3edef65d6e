import { readFile } from 'node:fs/promises';
import { unreadableFile } from './ui.ts';

/** A file that the administrator named. Rejects with CliError `unreadable_file`, exit 2. */
export async function readTextFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unreadableFile(path, error);
  }
}
