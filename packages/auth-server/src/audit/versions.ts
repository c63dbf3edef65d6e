/** A set of versions, stored as intervals, since most follow each other. */
export class Versions {
  /** Disjoint, in order, none adjacent to the next. */
  readonly #intervals: { from: bigint; to: bigint }[] = [];

  has(version: bigint): boolean {
    return this.#intervals.some(({ from, to }) => from <= version && version <= to);
  }

  /** Returns `false` if the version was there already. */
  add(version: bigint): boolean {
    const place = this.#intervals.findIndex(({ to }) => to >= version - 1n);
    const found = place < 0 ? undefined : this.#intervals[place];
    if (found === undefined || version < found.from - 1n) {
      this.#intervals.splice(place < 0 ? this.#intervals.length : place, 0, { from: version, to: version });
      return true;
    }
    if (found.from <= version && version <= found.to) return false;
    if (version < found.from) {
      found.from = version;
      return true;
    }
    found.to = version;
    const next = this.#intervals[place + 1];
    if (next?.from === version + 1n) {
      found.to = next.to;
      this.#intervals.splice(place + 1, 1);
    }
    return true;
  }
}
