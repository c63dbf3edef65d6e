/**
 * From the errors of the packages to the ones people read. They are told apart by name and code, so that a command
 * loads only the packages it uses, and an error that a worker process reported is treated like one of this process.
 */
import { CliError } from '@countersign/terminal';
import { isCoded } from './coded-error.ts';
import { authProblem, channelProblem, storeProblem, workerProblem } from './ui/errors.ts';

/** The error in the administrator's words; one of this process that nobody foresaw stays as it is. */
export function explain(error: unknown): unknown {
  if (error instanceof CliError || !isCoded(error)) return error;
  switch (error.name) {
    case 'StoreError':
      return storeProblem(error);
    case 'ChannelError':
      return channelProblem(error);
    case 'AuthError':
      return authProblem(error);
    default:
      return error instanceof Error ? error : workerProblem(error);
  }
}
