/** Files that are read again whenever they change, such as a renewed certificate. */
import { stat } from 'node:fs/promises';

const LOOK_EVERY_MILLISECONDS = 2000;

/** Options of `followFiles`. */
export interface FollowOptions<T> {
  readonly paths: readonly string[];
  /** Reads the files. When two files are replaced one after the other, it may read one new and one old file. */
  readonly read: () => Promise<T>;
  /** Called with the new contents, for every change. */
  readonly onChange: (contents: T) => void;
  /** Called with what `read` or `onChange` threw for a change. The next change is reported again. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Reads files now, and again after each change of their inode, size or time.
 *
 * @returns the contents, and a function that ends the checks. `onChange` is not called after it
 * @throws what `read` throws the first time
 */
export async function followFiles<T>({
  paths,
  read,
  onChange,
  onFailure,
}: FollowOptions<T>): Promise<{ readonly contents: T; stop(): void }> {
  // The state is taken before reading, so that a change while the files are read is noticed.
  let last = await stateOf(paths);
  const contents = await read();
  let isLooking = false;
  let isStopped = false;
  async function look(): Promise<void> {
    const now = await stateOf(paths);
    if (now === last) return;
    last = now;
    const changed = await read();
    if (!isStopped) onChange(changed);
  }
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    look()
      .catch(onFailure)
      .finally(() => {
        isLooking = false;
      });
  }, LOOK_EVERY_MILLISECONDS).unref();
  return {
    contents,
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}

async function stateOf(paths: readonly string[]): Promise<string> {
  const states = paths.map(async (path) => {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  });
  return (await Promise.all(states.map((state) => state.catch(() => 'missing')))).join(', ');
}
