import type { Prompts } from '@countersign/terminal';
import { notConfirmed } from './ui/asking.ts';

export interface Confirmation {
  readonly message: string;
  /** What has to be typed; default `yes`. */
  readonly expected?: string;
  /** `--yes` was given: nothing is asked. */
  readonly yes: boolean | undefined;
  /** Another question follows. */
  readonly more?: boolean;
}

/** Before something that cannot be taken back, and as the last question. Rejects with CliError `not_confirmed`, exit 3. */
export async function confirm(
  prompts: Prompts,
  { message, expected = 'yes', yes = false, more = false }: Confirmation,
): Promise<void> {
  if (!yes && !(await prompts.confirmTyped({ message, expected }))) throw notConfirmed();
  if (!more) await prompts.done();
}
