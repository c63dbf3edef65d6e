/** What a list lacks: records that cannot be read are counted, told of after the others, and give the exit code. */
import { EXIT, type ExitCode, type Io } from '@countersign/terminal';
import { type ListedRecord, warnOfMissing } from './ui/missing.ts';

export class Missing {
  #count = 0;

  /** For `onUnreadable` of an iteration. */
  readonly note = (): void => {
    this.#count += 1;
  };

  /** To be called when the rest is printed. What is missing from stdout is told on stderr; the number says so as well. */
  exit(io: Io, what: ListedRecord): ExitCode {
    if (this.#count === 0) return EXIT.done;
    warnOfMissing(io, this.#count, what);
    return EXIT.store;
  }
}
