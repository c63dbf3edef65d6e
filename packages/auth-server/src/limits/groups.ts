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
    const group: Group<R> = { keys: new Set(keys), requests: [] };
    for (const { keys: more, requests } of this.#waitingFor(group.keys)) {
      for (const key of more) group.keys.add(key);
      group.requests.push(...requests);
    }
    group.requests.push(request);
    for (const key of group.keys) this.#waiting.set(key, group);
    this.#startIfFree(group);
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
