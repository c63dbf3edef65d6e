import { askYesOrNo, type Io, type Prompts } from '@countersign/terminal';
import { notConfirmed } from './ui/asking.ts';

export interface Confirmation {
  /** A question; with `expected` what to type and what it does. */
  readonly message: string;
  /** What has to be typed where a yes is not enough. */
  readonly expected?: string;
  /** `--yes` was given: nothing is asked. */
  readonly yes: boolean | undefined;
  /** Another question follows. */
  readonly more?: boolean;
}

/** Before something that cannot be taken back, and as the last question. Rejects with CliError `not_confirmed`, exit 3. */
export async function confirm(
  io: Io,
  prompts: Prompts,
  { message, expected, yes = false, more = false }: Confirmation,
): Promise<void> {
  const isConfirmed = async () =>
    expected === undefined ? askYesOrNo(io, prompts, message) : prompts.confirmTyped({ message, expected });
  if (!yes && !(await isConfirmed())) throw notConfirmed();
  if (!more) await prompts.done();
}
