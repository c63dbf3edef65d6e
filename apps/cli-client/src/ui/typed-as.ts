import type { Io } from '@countersign/terminal';

/** The program's name in front of a command or an option. */
const OURS = /\bcountersign (?=--|[a-z])/g;

/** Commands in a text as they have to be typed here: whoever runs `npm run client` has no `countersign`. */
export function typedAs({ env }: Io, text: string): string {
  return env.npm_lifecycle_event === 'client' ? text.replace(OURS, 'npm run client -- ') : text;
}
