/**
 * The stream the prompt library draws on: stderr with its size, and without colours where they are unwanted
 * (the library itself asks whether *stdout* takes colours).
 */
import { Writable } from 'node:stream';
import { inCharset } from './charset.ts';
import { COLOUR, SHOW_CURSOR } from './escape-sequences.ts';
import type { Io } from './io.ts';
import { takesColour } from './style.ts';

const COLOURS = new RegExp(COLOUR, 'gu');

export class Canvas extends Writable {
  readonly isTTY = true;
  readonly #io: Io;

  constructor(io: Io) {
    super({ decodeStrings: false });
    this.#io = io;
    io.stderr.on('resize', this.#onResize);
    process.on('exit', this.#onExit);
  }

  get columns(): number {
    return this.#io.columns;
  }

  get rows(): number {
    return this.#io.stderr.rows ?? 24;
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const { stderr, env } = this.#io;
    const shown = inCharset(env, text);
    stderr.write(takesColour(stderr, env) ? shown : shown.replaceAll(COLOURS, ''));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#io.stderr.off('resize', this.#onResize);
    process.off('exit', this.#onExit);
    done(error);
  }

  readonly #onResize = (): void => {
    this.emit('resize');
  };

  /** The library hides the cursor while it asks. */
  readonly #onExit = (): void => {
    this.#io.stderr.write(SHOW_CURSOR);
  };
}
