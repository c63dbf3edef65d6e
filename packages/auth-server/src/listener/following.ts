/** Follows the keys of an open store, and reports when the store is lost. */
import type { Store } from '@countersign/secure-store';

const FOLLOW_MILLISECONDS = 5_000;
/** Three times `FOLLOW_MILLISECONDS`. Also covers a database that takes long to fail. */
const ANSWER_MILLISECONDS = 15_000;

/** The state of a store, for monitoring. */
export interface Condition {
  /** Whether the last request succeeded, and the store has answered within the last 15 seconds. */
  readonly answers: boolean;
  /** When the root key and the data key that seals new records were created, in Unix seconds. */
  readonly rootKeyCreated: number;
  readonly dataKeyCreated: number;
}

/** Returned by `followKeys`. */
export interface Following {
  /**
   * Resolves with the reason when the store is lost for good: moved, deleted, rolled back, or locked to this process.
   */
  readonly lost: Promise<unknown>;
  readonly isLost: boolean;
  readonly condition: Condition;
  /** Stops following. The store stays open. */
  stop(): Promise<void>;
}

/**
 * Follows the keys of a store from now on.
 *
 * @param onFailure receives the first error of each outage
 */
export async function followKeys(store: Store, onFailure: (error: unknown) => void): Promise<Following> {
  let reportLost: (error: unknown) => void = () => {};
  let isLost = false;
  let followed: Promise<void> | undefined;
  let reported: unknown;
  let answered = Number.NEGATIVE_INFINITY;
  let created = { rootKeyCreated: 0, dataKeyCreated: 0 };
  const lost = new Promise<unknown>((resolve) => {
    reportLost = (error) => {
      isLost = true;
      resolve(error);
    };
  });

  /** Runs one at a time, however long a database takes to answer. */
  async function follow(): Promise<void> {
    followed ??= followOnce().finally(() => {
      followed = undefined;
    });
    await followed;
  }

  async function followOnce(): Promise<void> {
    try {
      await store.keys.follow();
      const { created: root, keys } = await store.keys.status();
      const data = keys.find(({ active }) => active);
      created = { rootKeyCreated: root, dataKeyCreated: data?.created ?? root };
      answered = performance.now();
      reported = undefined;
    } catch (error) {
      if (store.keys.isLost(error)) reportLost(error);
      else if (reported === undefined) onFailure(error);
      reported = error;
    }
  }

  await follow();
  const interval = setInterval(() => void follow(), FOLLOW_MILLISECONDS).unref();
  return {
    lost,
    get isLost() {
      return isLost;
    },
    get condition() {
      const answers = reported === undefined && performance.now() - answered < ANSWER_MILLISECONDS;
      return { answers, ...created };
    },
    async stop() {
      clearInterval(interval);
      await followed;
      if (!isLost) await store.keys.unfollow().catch(onFailure);
    },
  };
}
