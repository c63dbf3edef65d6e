import { type Limits, limitsSchema } from './limits.ts';

/** Limits that were read, or why they cannot be used. */
export type LimitsReading =
  | { readonly ok: true; readonly limits: Limits }
  | {
      readonly ok: false;
      /** The path of the wrong limit, such as `['code', 'lockAfter']`; empty for the value as a whole. */
      readonly key: readonly string[];
      /** For people, to follow the name of the limit: `must be at least 1`. */
      readonly problem: string;
    };

/** Reads limits from a parsed file. Those that are missing get their defaults. */
export function readLimits(value: unknown): LimitsReading {
  const parsed = limitsSchema.safeParse(value);
  if (parsed.success) return { ok: true, limits: parsed.data };
  const [issue] = parsed.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const key = [...(issue?.path ?? []), ...unknown].map(String);
  return { ok: false, key, problem: problemOf(issue) };
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
