/** A process that keeps a store open follows every change of its keys, and learns when the store is lost. */
import type { Store } from '@countersign/secure-store';

const FOLLOW_MILLISECONDS = 5_000;

/** Returned by `followKeys`. */
export interface Following {
  /**
   * Resolves with the reason when the store is lost for good: moved, deleted, rolled back, or locked to this process.
   */
  readonly lost: Promise<unknown>;
  readonly isLost: boolean;
  /** Ends the following. The store stays open. */
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
    async stop() {
      clearInterval(interval);
      await followed;
      if (!isLost) await store.keys.unfollow().catch(onFailure);
    },
  };
}
