/**
 * Requests for keys: those that share a key run one after another, all others concurrently. Requests that wait for the same
 * keys form a group and run together, so that a key that many need at once costs one commit for all of them.
 */

/** Requests that run together, and all of their keys. */
interface Group<R> {
  readonly keys: Set<string>;
  readonly requests: R[];
}

export class Groups<R> {
  readonly #run: (requests: readonly R[]) => Promise<void>;
  /** The keys of the groups that run. */
  readonly #held = new Set<string>();
  readonly #waiting = new Map<string, Group<R>>();

  /** @param run must not reject */
  constructor(run: (requests: readonly R[]) => Promise<void>) {
    this.#run = run;
  }

  add(keys: Iterable<string>, request: R): void {
    const own = new Set(keys);
    const waiting = [...this.#waitingFor(own)].sort((a, b) => b.requests.length - a.requests.length);
    const [group = { keys: new Set<string>(), requests: [] }, ...others] = waiting;
    this.#addKeys(group, own);
    for (const other of others) {
      this.#addKeys(group, other.keys);
      for (const each of other.requests) group.requests.push(each);
    }
    group.requests.push(request);
    // One that has waited already still waits for a key that is held.
    if (waiting.length === 0) this.#startIfFree(group);
  }

  #addKeys(group: Group<R>, keys: Iterable<string>): void {
    for (const key of keys) {
      group.keys.add(key);
      this.#waiting.set(key, group);
    }
  }

  #startIfFree({ keys, requests }: Group<R>): void {
    for (const key of keys) if (this.#held.has(key)) return;
    for (const key of keys) {
      this.#waiting.delete(key);
      this.#held.add(key);
    }
    void this.#run(requests).then(() => {
      for (const key of keys) this.#held.delete(key);
      for (const next of this.#waitingFor(keys)) this.#startIfFree(next);
    });
  }

  #waitingFor(keys: Iterable<string>): Set<Group<R>> {
    const groups = new Set<Group<R>>();
    for (const key of keys) {
      const group = this.#waiting.get(key);
      if (group) groups.add(group);
    }
    return groups;
  }
}
