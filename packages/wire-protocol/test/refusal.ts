import { RemoteProtocolError } from '../src/errors.ts';

/** Returns the error with which the action was refused. Any other kind of error fails the test. */
export function refusal(act: () => unknown): RemoteProtocolError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof RemoteProtocolError) return error;
    throw error;
  }
  return undefined;
}
