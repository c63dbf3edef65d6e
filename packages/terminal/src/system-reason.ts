/** Why the system refused something, in words for the end of a sentence: nobody should have to know what ENOENT is. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EEXIST: 'it is there already',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'part of the path is not a directory',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'no space is left for this user',
  EMFILE: 'too many files are open',
  EIO: 'the disk does not work',
  IS_A_LINK: 'it is a link',
  NOT_A_FILE: 'it is not a file',
  NOT_TEXT: 'it is not text in UTF-8 or UTF-16',
  EADDRINUSE: 'another program listens there',
};

/** The reason for an error as Node.js throws it; of an unusual one its code, which can be looked up. */
export function systemReason(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? 'the system does not say why' : (REASONS[code] ?? `the system says ${code}`);
}
