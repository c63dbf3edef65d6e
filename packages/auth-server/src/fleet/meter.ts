/** Counters and histograms of one process; in the first process of a fleet, those of all processes. */
import type { Backend } from '@countersign/secure-store';
import type { Counts } from './counts.ts';
import { type Distribution, type HistogramName, Spread } from './histograms.ts';

/** What was measured, as data that can be sent to another process. */
export interface Measured {
  readonly counts: Counts;
  readonly distributions: ReadonlyMap<HistogramName, Distribution>;
}

/** Measures a server. */
export class Meter {
  #counts = new Map<string, number>();
  #spreads = new Map<HistogramName, Spread>();

  count(counts: Counts): void {
    for (const [key, more = 0] of Object.entries(counts))
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + more);
  }

  observe(name: HistogramName, seconds: number): void {
    this.#spreadOf(name).observe(seconds);
  }

  /** Adds what another process has measured. */
  add({ counts, distributions }: Measured): void {
    this.count(counts);
    for (const [name, distribution] of distributions) this.#spreadOf(name).add(distribution);
  }

  /** Returns everything measured since the last call. */
  take(): Measured {
    const counts = Object.fromEntries(this.#counts);
    const distributions = new Map([...this.#spreads].map(([name, spread]) => [name, spread.read()]));
    this.#counts = new Map();
    this.#spreads = new Map();
    return { counts, distributions };
  }

  /** Returns the values of a counter by label; the label is empty for a counter without one. */
  valuesOf(name: string): readonly { readonly label: string; readonly value: number }[] {
    return [...this.#counts].flatMap(([key, value]) => {
      if (key === name) return [{ label: '', value }];
      return key.startsWith(`${name} `) ? [{ label: key.slice(name.length + 1), value }] : [];
    });
  }

  distributionOf(name: HistogramName): Distribution {
    return this.#spreadOf(name).read();
  }

  #spreadOf(name: HistogramName): Spread {
    const spread = this.#spreads.get(name) ?? new Spread();
    this.#spreads.set(name, spread);
    return spread;
  }

  /** Returns a back end whose reads and commits are measured. */
  measuring(backend: Backend): Backend {
    const timed = async <T>(name: 'read' | 'commit', work: Promise<T>): Promise<T> => {
      const began = performance.now();
      try {
        return await work;
      } finally {
        this.observe(name, (performance.now() - began) / 1000);
      }
    };
    return {
      name: backend.name,
      remote: backend.remote,
      confirm: async () => backend.confirm?.(),
      read: (key) => timed('read', backend.read(key)),
      scan: (range) => backend.scan(range),
      commit: (batch) => {
        this.count({ commits: 1 });
        return timed('commit', backend.commit(batch));
      },
      close: () => backend.close(),
    };
  }
}
