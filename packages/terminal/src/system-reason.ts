/** Why the system refused something, in words: nobody should have to know what ENOENT is. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EEXIST: 'it is there already',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'what should be a folder is none',
  ENAMETOOLONG: 'the name is too long',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'no space is left for this user',
  EADDRINUSE: 'another program listens there',
};

/** The reason without a full stop, for an error of Node.js; of an unusual one its code, which can be looked up. */
export function systemReason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? 'the reason is unknown' : (REASONS[code] ?? `the system says ${code}`);
}
