/**
 * Frames: a 32-bit big-endian length and that many bytes (docs/protocol.md, "Frames").
 *
 * The decoder takes bytes in whatever pieces they come and holds at most one frame, so that what a peer can make
 * this side keep is bounded by `MAX_FRAME_BYTES` and four bytes. A length above the limit is refused as soon as it
 * is read, before any byte of that frame is kept.
 */
import { LocalProtocolError, RemoteProtocolError } from './errors.ts';

/** The longest payload of one frame, in bytes. */
export const MAX_FRAME_BYTES = 16_384;

const HEADER_BYTES = 4;

/** One frame around a payload. Throws `LocalProtocolError` 'frame_too_long'. */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_FRAME_BYTES)
    throw new LocalProtocolError('frame_too_long', `a frame holds at most ${MAX_FRAME_BYTES} bytes`);
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  new DataView(frame.buffer).setUint32(0, payload.length);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Payloads out of a stream of bytes. After an error it is of no further use. */
export class FrameDecoder {
  #header = new Uint8Array(HEADER_BYTES);
  #payload: Uint8Array | undefined;
  #filled = 0;

  /**
   * Takes the next bytes of the stream and yields each payload that they complete. The payloads are the caller's.
   * Throws `RemoteProtocolError` 'frame_too_long'.
   */
  *push(bytes: Uint8Array): Generator<Uint8Array, void, undefined> {
    let rest = bytes;
    for (;;) {
      const target: Uint8Array = this.#payload ?? this.#header;
      const taken = Math.min(target.length - this.#filled, rest.length);
      target.set(rest.subarray(0, taken), this.#filled);
      rest = rest.subarray(taken);
      this.#filled += taken;
      if (this.#filled < target.length) return;

      this.#filled = 0;
      if (target === this.#payload) {
        this.#payload = undefined;
        yield target;
      } else {
        this.#payload = new Uint8Array(announcedLength(target));
      }
    }
  }

  /** The stream has ended. Throws `RemoteProtocolError` 'truncated' when it ended inside a frame. */
  end(): void {
    if (this.#payload !== undefined || this.#filled > 0)
      throw new RemoteProtocolError('truncated', 'the other side stopped in the middle of a frame');
  }
}

function announcedLength(header: Uint8Array): number {
  const length = new DataView(header.buffer).getUint32(0);
  if (length > MAX_FRAME_BYTES)
    throw new RemoteProtocolError(
      'frame_too_long',
      `the other side announced a frame of more than ${MAX_FRAME_BYTES} bytes`,
    );
  return length;
}
