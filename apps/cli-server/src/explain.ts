/**
 * From the errors of the packages to the ones people read. They are told apart by name and code, so that a command
 * loads only the packages it uses, and an error that a worker process reported is treated like one of this process.
 */
import { CliError } from '@countersign/terminal';
import { authProblem, channelProblem, storeProblem, workerProblem } from './ui/errors.ts';

/** An error as it travels between processes. */
export interface CodedError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

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

/** What can be sent to another process of an error: never its stack or cause. */
export function codedFrom(error: unknown): CodedError {
  if (isCoded(error)) return { name: error.name, code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { name: error instanceof Error ? error.name : 'Error', code: 'unexpected', message };
}

export function isCoded(error: unknown): error is CodedError {
  return (
    typeof error === 'object' &&
    error !== null &&
    'name' in error &&
    typeof error.name === 'string' &&
    'code' in error &&
    typeof error.code === 'string' &&
    'message' in error &&
    typeof error.message === 'string'
  );
}
