/**
 * The stream that the prompt library draws on: stderr with its size, and without colours if they are not wanted. (The
 * library itself looks at stdout for that.)
 */
import { Writable } from 'node:stream';
import { inCharset } from '../output/charset.ts';
import { COLOUR, SHOW_CURSOR } from '../output/escape-sequences.ts';
import { takesColour } from '../output/style.ts';
import type { Io } from '../program/io.ts';

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

  /** Shows the cursor again, which the library hides while it asks. */
  readonly #onExit = (): void => {
    this.#io.stderr.write(SHOW_CURSOR);
  };
}
