import { type AuditHead, type AuditRecord, hashOf } from './event.ts';

export interface ChainProblem {
  /** `gap`: `seq` is the first missing event. `changed`: the hash of event `seq` is not the one in the next event or head. */
  readonly kind: 'gap' | 'changed';
  readonly writer: string;
  readonly seq: number;
}

/** Checks the numbers and hashes of one writer's events, one after the other. */
export class ChainCheck {
  readonly #head: AuditHead;
  readonly #hashes = new Map<number, string | undefined>();
  readonly #problems: ChainProblem[] = [];
  #expected: number;
  /** The hash of the previous event; `undefined` if it is missing. */
  #previous: string | undefined;

  /** @param kept heads from elsewhere: the hashes of their events are remembered */
  constructor(head: AuditHead, kept: readonly AuditHead[]) {
    this.#head = head;
    this.#expected = head.first.seq;
    this.#previous = head.first.previous;
    for (const { writer, seq } of kept) if (writer === head.writer) this.#hashes.set(seq, undefined);
  }

  note(record: AuditRecord): void {
    const { seq, previous } = record;
    this.#missing(seq);
    if (this.#previous !== undefined && previous !== this.#previous) this.#problem('changed', seq);
    this.#previous = hashOf(record);
    this.#expected = seq + 1;
    if (this.#hashes.has(seq)) this.#hashes.set(seq, this.#previous);
  }

  /** To be called after the last event. */
  end(): readonly ChainProblem[] {
    const { seq, hash } = this.#head;
    this.#missing(seq + 1);
    if (this.#previous !== undefined && this.#previous !== hash) this.#problem('changed', seq);
    return this.#problems;
  }

  /** Returns the hash of an event to which a kept head points; `undefined` if it is missing. */
  hashAt(seq: number): string | undefined {
    return this.#hashes.get(seq);
  }

  #missing(seq: number): void {
    if (seq <= this.#expected) return;
    this.#problem('gap', this.#expected);
    this.#previous = undefined;
  }

  #problem(kind: ChainProblem['kind'], seq: number): void {
    this.#problems.push({ kind, writer: this.#head.writer, seq });
  }
}
