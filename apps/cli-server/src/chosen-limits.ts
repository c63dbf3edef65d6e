/** The limits on guessing that were chosen, and what is wrong with them. */
import { type Limits, readLimits } from '@countersign/auth-server/limits';
import { readJsonFile, sentence, usageError } from '@countersign/terminal';
import type { Settings } from './settings.ts';

/**
 * Returns the limits of `--limits FILE`, or those in the configuration file.
 * @returns `undefined` for the defaults
 * @throws {CliError} bad_limits, unreadable_file, not_json
 */
export async function chosenLimits(
  { file }: Pick<Settings, 'file'>,
  path: string | undefined,
  signal: AbortSignal,
): Promise<Limits | undefined> {
  if (path !== undefined) return limitsIn(path, signal);
  const table = file?.values.limits;
  if (table === undefined || file === undefined) return undefined;
  return checked(table, (key) => `The setting ${file.where('limits', ...key)}`);
}

/**
 * Reads a file of limits.
 *
 * @throws {CliError} bad_limits, naming the limit; unreadable_file, not_json
 */
export async function limitsIn(path: string, signal: AbortSignal): Promise<Limits> {
  return checked(await readJsonFile(path, signal), (key) =>
    key.length === 0 ? sentence`The limits in ${path}` : sentence`The limit ${key.join('.')} in ${path}`,
  );
}

function checked(value: unknown, where: (key: readonly string[]) => string): Limits {
  const reading = readLimits(value);
  if (reading.ok) return reading.limits;
  const hint = 'To print all limits: countersign-server limits';
  throw usageError('bad_limits', `${where(reading.key)} ${reading.problem}.`, hint);
}
