/** The exit codes of both programs. Scripts branch on these numbers, so they never change their meaning. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  /** A wrong command line, or input that ended too early. */
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
  /** The terminal was closed (128 + SIGHUP, as in shells). */
  hungUp: 129,
  /** Ctrl-C before the work was done (128 + SIGINT). A program whose work is to run until then ends with 0. */
  interrupted: 130,
  /** The reader of the output has closed it (128 + SIGPIPE). */
  outputClosed: 141,
  /** Asked to end before the work was done (128 + SIGTERM). */
  terminated: 143,
} as const;

/** A number of the table. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
