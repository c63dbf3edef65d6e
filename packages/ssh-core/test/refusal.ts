import { SshError, type SshErrorCode } from '../src/index.ts';

/** Returns the code with which the action was refused. Any other kind of error fails the test. */
export function refusal(act: () => unknown): SshErrorCode | undefined {
  return refusalOf(act)?.code;
}

/** Returns the error with which the action was refused. Any other kind of error fails the test. */
export function refusalOf(act: () => unknown): SshError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof SshError) return error;
    throw error;
  }
  return undefined;
}
