/** Measures how long the server takes for the stages of a login, without the time that the client takes between them. */
import type { Message } from '@countersign/wire-protocol';

/** A stage of a login; `total` is all of a completed one, without its handshake. */
export type Stage = 'handshake' | 'start' | 'proof' | 'code' | 'total';

/** Receives a duration in seconds. */
export type OnMeasure = (stage: Stage, seconds: number) => void;

const STAGES: Readonly<Partial<Record<Message['type'], Stage>>> = {
  'login.start': 'start',
  'login.proof': 'proof',
  'totp.submit': 'code',
  'recovery.submit': 'code',
};

/** The stages of one connection. */
export class Stages {
  readonly #onMeasure: OnMeasure;
  #total = 0;

  constructor(onMeasure: OnMeasure) {
    this.#onMeasure = onMeasure;
  }

  /** Records the time in milliseconds after which a message was answered. */
  answered(type: Message['type'], milliseconds: number, replies: readonly Message[]): void {
    const seconds = milliseconds / 1000;
    const stage = STAGES[type];
    if (stage === undefined) return;
    this.#onMeasure(stage, seconds);
    this.#total += seconds;
    if (replies.some((reply) => reply.type === 'login.done')) this.#onMeasure('total', this.#total);
  }
}
