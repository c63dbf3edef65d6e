/**
 * Where the attempts of strangers are counted. Each has rows of its own until there are too many:
 *
 * 1. One network (an IPv4 /24 or an IPv6 /48) owns at most 1/64 of all rows. Its further attempts are counted in overflow
 *    rows of its own, names included, and take nothing from others.
 * 2. In a full ledger, new names share 4,096 rows by keyed hash, whether or not an account has the name, and everything
 *    else shares as many by network.
 *
 * A process counts the rows that it creates; the next sweep counts those of other processes.
 */
import { createHmac } from 'node:crypto';

const SHARES = 64;
const BUCKETS = 4_096;
/** Rows that depend on the name tried, not on the source. */
const OF_NAMES = /^(name|stranger)\//;

export class Places {
  readonly #limits: { readonly most: number };
  readonly #key: Uint8Array;
  #rows = 0;
  #owned = new Map<string, number>();

  /** @param options `limits.most`: so many rows fill the ledger. `key`: hides which names share a row */
  constructor({ limits, key }: { limits: { readonly most: number }; key: Uint8Array }) {
    this.#limits = limits;
    this.#key = key;
  }

  /** Returns the place of a row of that network that does not exist yet; `undefined` if it can have a row of its own. */
  overflowOf(network: string): ((id: string) => string) | undefined {
    if ((this.#owned.get(network) ?? 0) >= Math.max(1, Math.floor(this.#limits.most / SHARES)))
      return (id) => `overflow/${kindOf(id)}/${network}`;
    if (this.#rows < this.#limits.most) return undefined;
    return (id) => `overflow/${kindOf(id)}/${this.#bucketOf(OF_NAMES.test(id) ? id : network)}`;
  }

  /** A row was created, and is owned by this network or by none. */
  add(network: string | undefined): void {
    this.#rows += 1;
    if (network !== undefined) this.#owned.set(network, (this.#owned.get(network) ?? 0) + 1);
  }

  /** A row was removed that this network owned, or none. */
  remove(network: string | undefined): void {
    this.#rows -= 1;
    if (network === undefined) return;
    const left = (this.#owned.get(network) ?? 0) - 1;
    if (left > 0) this.#owned.set(network, left);
    else this.#owned.delete(network);
  }

  /** Starts counting again, before all rows are added. */
  clear(): void {
    this.#rows = 0;
    this.#owned = new Map();
  }

  #bucketOf(text: string): number {
    return createHmac('sha256', this.#key).update(text).digest().readUInt32BE() % BUCKETS;
  }
}

function kindOf(id: string): string {
  const [kind = ''] = id.split('/', 1);
  return kind;
}
