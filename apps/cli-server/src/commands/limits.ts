/** `limits`: a file to begin with for `start --limits`, or a file with its defaults filled in. */
import { DEFAULT_LIMITS, type Limits, limitsSchema } from '@countersign/auth-server/limits';
import { type Io, readJsonFile, sentence } from '@countersign/terminal';
import type { Define } from '../program.ts';
import type { Settings } from '../settings.ts';
import { printResult, usageError } from '../ui/messages.ts';

export const defineLimits: Define = (limits, perform) => {
  limits.argument('[file]', 'a file of limits; missing ones get their defaults').action(perform(showLimits));
};

async function showLimits(io: Io, settings: Settings, file: string | undefined): Promise<void> {
  const limits = file === undefined ? DEFAULT_LIMITS : await readLimits(file, io.signal);
  await printResult(io, settings, { ...limits }, JSON.stringify(limits, undefined, 2));
}

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
  if (path !== undefined) return readLimits(path, signal);
  const table = file?.values.limits;
  if (table === undefined || file === undefined) return undefined;
  return parseLimits(table, (key) => `The setting ${file.where('limits', ...key)}`);
}

/** Reads a file of limits. Limits that it leaves out get their defaults. @throws {CliError} bad_limits, naming the limit */
async function readLimits(path: string, signal: AbortSignal): Promise<Limits> {
  return parseLimits(await readJsonFile(path, signal), (key) =>
    key.length === 0 ? sentence`The limits in ${path}` : sentence`The limit ${key.join('.')} in ${path}`,
  );
}

function parseLimits(value: unknown, where: (key: readonly string[]) => string): Limits {
  const parsed = limitsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const key = [...(issue?.path ?? []), ...unknown].map(String);
  throw usageError(
    'bad_limits',
    `${where(key)} ${problemOf(issue)}.`,
    'To print all limits: countersign-server limits',
  );
}

type Issue = NonNullable<ReturnType<typeof limitsSchema.safeParse>['error']>['issues'][number];

/** In our words: those of the schema library are for developers. */
function problemOf(issue: Issue | undefined): string {
  switch (issue?.code) {
    case 'unrecognized_keys':
      return 'is unknown';
    case 'too_small':
      return `must be at least ${issue.minimum}`;
    case 'too_big':
      return `must be at most ${issue.maximum}`;
    case 'invalid_type':
      return `must be ${issue.expected === 'object' ? 'an object' : 'a whole number'}`;
    default:
      return 'cannot be used';
  }
}
