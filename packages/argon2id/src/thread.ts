/** A thread that computes one answer. */
export interface Thread {
  /** `undefined` when the thread fails or ends without an answer. */
  readonly answer: Promise<unknown>;
  /** Ends the thread in the middle of its work. */
  stop(): Promise<void>;
}
