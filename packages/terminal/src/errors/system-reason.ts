/** The system's error codes in words, for the end of a sentence. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EEXIST: 'it already exists',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'part of the path is not a directory',
  ELOOP: 'its links form a loop',
  ENAMETOOLONG: 'the name is too long',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota of this user is exceeded',
  EMFILE: 'too many files are open',
  EFBIG: 'it is too long',
  EIO: 'the disk failed',
  IS_A_LINK: 'it is a link',
  NOT_A_FILE: 'it is not a file',
  NOT_OWN: 'it belongs to another user',
  NOT_PRIVATE: 'other users have permissions for it',
  NOT_TEXT: 'it is not text in UTF-8 or UTF-16',
  EADDRINUSE: 'another program is listening there',
};

/** Returns the reason for an error of Node.js; for an unusual one its code, which can be looked up. */
export function systemReason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? 'the system gives no reason' : (REASONS[code] ?? `the system reports ${code}`);
}
