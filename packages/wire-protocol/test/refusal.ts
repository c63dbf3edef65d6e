import { RemoteProtocolError } from '../src/errors.ts';

/** How the act was refused; any error of another kind is a failure of the test. */
export function refusal(act: () => unknown): RemoteProtocolError | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof RemoteProtocolError) return error;
    throw error;
  }
  return undefined;
}
