/** What all operations on a whole store have in common: they can be aborted, and report their progress. */

/** Options of operations on a whole store. */
export interface ProgressOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after every thousand records and at the end. */
  readonly onProgress?: ((progress: { readonly records: number }) => void) | undefined;
}

/** Counts records and reports the count. */
export class Progress {
  readonly #report: ProgressOptions['onProgress'];
  records = 0;

  constructor({ onProgress }: ProgressOptions) {
    this.#report = onProgress;
  }

  add(): void {
    this.records += 1;
    if (this.records % 1000 === 0) this.end();
  }

  end(records = this.records): void {
    this.#report?.({ records });
  }
}
