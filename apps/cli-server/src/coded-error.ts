/** An error as one process reports it to another. */
export interface CodedError {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** Returns what one process reports of an error to another: never its stack or cause. */
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
