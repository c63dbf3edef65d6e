/**
 * What several commands say. A message says what happened and then what to do, in short sentences. "You" is the
 * administrator. Values from outside (paths, names, answers of other programs) go through `sentence` or `plain`.
 */
import {
  type CliError,
  callOf,
  counted,
  EXIT,
  type ExitCode,
  foldersWithRootsFiles,
  type Io,
  problem,
  quoted,
  sentence,
  warn,
} from '@countersign/terminal';

/** Something that the program refuses to do, exit code 3. */
export function refusal(code: string, message: string, hint?: string): CliError {
  return problem(code, EXIT.refused, message, hint);
}

/** A problem with the store, exit code 7. */
export function storeError(code: string, message: string, hint?: string, cause?: unknown): CliError {
  return problem(code, EXIT.store, message, hint, cause);
}

/** Returns a command of this program for the same store, to be pasted into another terminal. */
export function serverCall(
  io: Io,
  { sameStore }: { readonly sameStore: readonly string[] },
  ...words: readonly string[]
): string {
  return callOf(io, 'countersign-server', ...words, ...sameStore);
}

export const RESTORE_A_BACKUP = 'To restore a backup: countersign-server store restore FILE --replace';

/** What a list can lack, and where to look. */
const LACKING = {
  event: 'Run countersign-server audit verify to see where the log has gaps.',
  record: 'Run countersign-server store check for details.',
  counter: 'Run countersign-server store check for details.',
} as const;

/** Counts the records that cannot be read, which are left out of a list. */
export class Unreadable {
  #count = 0;

  readonly add = (): void => {
    this.#count += 1;
  };

  /**
   * Warns if there were any.
   *
   * @returns the exit code; call it after the list was printed
   */
  report(io: Io, what: keyof typeof LACKING): ExitCode {
    if (this.#count === 0) return EXIT.done;
    const missing =
      what === 'counter'
        ? `${counted(this.#count, 'counter')} of failed attempts cannot be read, so the waiting times may be incomplete.`
        : `${counted(this.#count, what)} cannot be read and ${this.#count === 1 ? 'is' : 'are'} missing here.`;
    warn(io, `${missing} ${LACKING[what]}`);
    return EXIT.store;
  }
}

/** Warns of directories of other users in which this process, as root, has left files. */
export async function warnOfRootsFiles(io: Io, dirs: readonly string[]): Promise<void> {
  for (const { dir, uid, gid } of await foldersWithRootsFiles(dirs))
    warn(
      io,
      sentence`Files in ${dir} belong to root, so a server that runs as the owner of this directory cannot open them. Run: chown -R ${`${uid}:${gid}`} ${quoted(dir)}`,
    );
}
