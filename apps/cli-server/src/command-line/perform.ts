/** What a command is to the command line. */
import type { ExitCode } from '@countersign/terminal';
import type { Settings } from '../settings.ts';

/** Performs a command with the common settings and returns the exit code. */
export type Action = (settings: Settings) => Promise<ExitCode>;

/** Performs it and passes its exit code on to the program. */
export type Perform = (action: Action) => Promise<void>;

export interface YesOption {
  readonly yes?: boolean;
}
