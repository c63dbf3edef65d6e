/** An error with a code, as every library of this project throws. */
export type CodedError = Error & { readonly code: string };

export function isCoded(error: unknown): error is CodedError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
