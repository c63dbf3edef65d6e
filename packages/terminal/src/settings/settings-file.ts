/** A configuration file in TOML: keys at the top that are names of settings, and tables that the program reads itself. */
import { resolve } from 'node:path';
import { usageError } from '../errors/cli-error.ts';
import { readTextFile } from '../files/named-files.ts';
import { sentence } from '../output/sanitise.ts';
import { asSentence } from '../output/words.ts';

/** A file that was read. */
export interface SettingsFile {
  /** An absolute path. */
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Returns the line of a key; `undefined` if it is not found. */
  lineOf(...key: readonly string[]): number | undefined;
  /** Names a key for a message, as in `port (/etc/x.toml, line 3)`. */
  where(...key: readonly string[]): string;
}

/**
 * Reads a file.
 * @throws {CliError} unreadable_file; bad_config, naming the line, if it is not TOML; the reason of `signal`
 */
export async function readSettingsFile(path: string, signal?: AbortSignal): Promise<SettingsFile> {
  const text = await readTextFile(path, signal);
  const { parse, TomlError } = await import('smol-toml');
  try {
    const values = parse(text);
    return {
      path: resolve(path),
      values,
      lineOf: (...key) => lineOf(text, key),
      where(...key) {
        const line = lineOf(text, key);
        return sentence`${key.join('.')} (${path}${line === undefined ? '' : `, line ${line}`})`;
      },
    };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [why = ''] = error.message.replace('Invalid TOML document: ', '').split('\n');
    const message = sentence`Line ${error.line} of ${path} is not valid TOML: ${why}`;
    throw usageError('bad_config', asSentence(message), undefined, error);
  }
}

const HEADER = /^\s*\[\s*([\w."'-]+)\s*\]/;
const KEY = /^\s*([\w."'-]+)\s*=/;

/** Returns the line of a key, or else of what contains it or begins it; `undefined` if it is written in an unusual way. */
function lineOf(text: string, key: readonly string[]): number | undefined {
  let table: readonly string[] = [];
  let best = { line: 0, shared: 0 };
  for (const [index, content] of text.split('\n').entries()) {
    const header = HEADER.exec(content)?.[1];
    if (header !== undefined) table = parts(header);
    const own = KEY.exec(content)?.[1];
    const path = own === undefined ? (header === undefined ? [] : table) : [...table, ...parts(own)];
    const shared = Math.min(path.length, key.length);
    const isHere = path.slice(0, shared).every((part, position) => part === key[position]);
    if (isHere && shared > best.shared) best = { line: index + 1, shared };
  }
  return best.shared === 0 ? undefined : best.line;
}

function parts(dotted: string): string[] {
  return dotted.split('.').map((part) => part.replace(/^(["'])(.*)\1$/, '$2'));
}
