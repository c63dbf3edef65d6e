/** The file of `--limits`: the limits on guessing as JSON; what it leaves out stays as it is. */
import type { Limits } from '@countersign/auth-server/limits';
import { parseJsonFile } from './text-file.ts';
import { badLimits } from './ui/errors.ts';

/** Rejects with CliError `bad_limits`, exit 2, which names the field. */
export async function readLimits(path: string, signal: AbortSignal): Promise<Limits> {
  const { limitsSchema } = await import('@countersign/auth-server/limits');
  const parsed = limitsSchema.safeParse(await parseJsonFile(path, signal));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  throw badLimits(path, [...(issue?.path ?? []), ...keys].map(String).join('.'), issue?.message ?? '');
}
