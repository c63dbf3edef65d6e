/** A thread that computes one answer. */
export interface Thread {
  /** `undefined` if the thread fails or ends without an answer. */
  readonly answer: Promise<unknown>;
  /** Stops the thread, even in the middle of its work. */
  stop(): Promise<void>;
}
