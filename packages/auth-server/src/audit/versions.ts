/** A set of versions, stored as intervals, since most follow each other. */
export class Versions {
  /** Disjoint, and no two adjacent. */
  readonly #intervals: { from: bigint; to: bigint }[] = [];

  has(version: bigint): boolean {
    return this.#intervals.some(({ from, to }) => from <= version && version <= to);
  }

  /** Returns `false` if the version was there already. */
  add(version: bigint): boolean {
    if (this.has(version)) return false;
    const before = this.#intervals.find(({ to }) => to === version - 1n);
    const after = this.#intervals.find(({ from }) => from === version + 1n);
    if (before && after) {
      before.to = after.to;
      this.#intervals.splice(this.#intervals.indexOf(after), 1);
    } else if (before) before.to = version;
    else if (after) after.from = version;
    else this.#intervals.push({ from: version, to: version });
    return true;
  }
}
