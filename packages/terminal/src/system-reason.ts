/** Why the system refused something, in words for the end of a sentence. */

const REASONS = new Map([
  ['ENOENT', 'there is no such file'],
  ['EEXIST', 'it is there already'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'it is a directory'],
  ['ENOTDIR', 'it is no directory'],
  ['ELOOP', 'its links lead in a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'no space is left'],
  ['EDQUOT', 'no space is left'],
  ['EMFILE', 'too many files are open'],
  ['EIO', 'the disk does not work'],
  ['EADDRINUSE', 'another program listens there'],
]);

/** @param error as Node.js throws it; another one is unknown */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined) return 'the system does not say why';
  return REASONS.get(code) ?? `the system says ${code}`;
}
