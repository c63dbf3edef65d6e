/** A file or folder is not what it must be. Has a `code` like errors of Node.js, for `systemReason`. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: 'EEXIST' | 'NOT_A_FILE' | 'IS_A_LINK' | 'ENOTDIR' | 'NOT_OWN' | 'NOT_PRIVATE' | 'EFBIG';

  constructor(code: FileError['code'], path: string) {
    super(`${code}: ${path}`);
    this.code = code;
  }
}

/** Whether an error of Node.js has this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
