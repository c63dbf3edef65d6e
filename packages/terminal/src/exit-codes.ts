/**
 * The one table of exit codes of both programs, and the error that carries one of them to the end of a run.
 */

/** What a program's exit status says. Scripts branch on these numbers, so they never change their meaning. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  /** A wrong command line, and input that ended before everything asked for was given. */
  usage: 2,
  /** Authentication failed, a name is taken, registration is closed, a confirmation was not given. */
  refused: 3,
  /** Slowed down or locked: the same request may succeed later. */
  limited: 4,
  /** The server is not the one it should be. */
  untrusted: 5,
  /** No connection, or a port in use. */
  network: 6,
  /** Wrong passphrase, damaged store, or a directory that is not a store. */
  store: 7,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
