/** Notices that key or certificate were replaced, between any two looks and whatever replaced them. */
import { stat } from 'node:fs/promises';
import type { TlsFiles } from '../tls-files.ts';

const LOOKING_MILLISECONDS = 2000;

/** What changes with the files: to be taken before they are read, so that a change while they are read is noticed. */
export async function stateOf({ cert, key }: TlsFiles): Promise<string> {
  const states = [cert, key].map(async (path) => {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  });
  return (await Promise.all(states.map((state) => state.catch(() => 'not there')))).join(', ');
}

/**
 * Calls `takeUp` whenever the files are no longer in the state `before`, or in the one of the last call. Of a certificate and key
 * that are replaced one after the other it may see the half, and is called again.
 *
 * @returns a function that ends it
 */
export function watchTlsFiles(
  files: TlsFiles,
  {
    before,
    takeUp,
    onFailure,
  }: {
    before: string;
    takeUp: () => Promise<void>;
    onFailure: (error: unknown) => void;
  },
): () => void {
  let last = before;
  let looking = false;
  async function look(): Promise<void> {
    const now = await stateOf(files);
    if (now === last) return;
    last = now;
    await takeUp();
  }
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      .catch(onFailure)
      .finally(() => {
        looking = false;
      });
  }, LOOKING_MILLISECONDS).unref();
  return () => clearInterval(timer);
}
