/**
 * The one table of exit codes of both programs. Scripts branch on these numbers, so a number never changes
 * its meaning.
 */
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
  /** The terminal went away (128 + SIGHUP, as shells count). */
  hungUp: 129,
  /** Ctrl-C before the work was done (128 + SIGINT). A program whose work is to run until then ends with 0. */
  interrupted: 130,
  /** Whoever read the output stopped reading (128 + SIGPIPE). */
  outputClosed: 141,
  /** Asked to end before the work was done (128 + SIGTERM). */
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
