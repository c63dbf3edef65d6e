/**
 * Turns the errors of the libraries into the ones that people read. They are recognised by name and code, so that a command
 * loads only the packages that it uses, and errors that a worker process reported are treated like those of this process.
 */
import { CliError } from '@countersign/terminal';
import { isCoded } from './coded-error.ts';
import { authProblem, channelProblem, storeProblem, workerProblem } from './ui/errors.ts';

/** Returns the error in the administrator's words. An unexpected error is returned as it is. */
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
      return 'isFinal' in error ? workerProblem(error) : error;
  }
}
