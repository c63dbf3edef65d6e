/**
 * Frames: a 32-bit big-endian length and that many bytes (docs/protocol.md, "Frames").
 *
 * The decoder takes bytes in any pieces and buffers at most one frame, so a peer can make this side hold
 * `MAX_FRAME_BYTES` and four bytes at most. A length above the limit is rejected as soon as it is read,
 * before any byte of that frame is kept.
 */
import { LocalProtocolError, RemoteProtocolError } from './errors.ts';

export const MAX_FRAME_BYTES = 16_384;

const HEADER_BYTES = 4;

/**
 * Returns a frame with this payload.
 *
 * @throws {LocalProtocolError} frame_too_long
 */
export function encodeFrame(payload: Uint8Array): Uint8Array {
  if (payload.length > MAX_FRAME_BYTES)
    throw new LocalProtocolError('frame_too_long', `a frame holds at most ${MAX_FRAME_BYTES} bytes`);
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  new DataView(frame.buffer).setUint32(0, payload.length);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Extracts payloads from a stream of bytes. Cannot be used after an error. */
export class FrameDecoder {
  #header = new Uint8Array(HEADER_BYTES);
  #payload: Uint8Array | undefined;
  #filled = 0;

  /**
   * Takes the next bytes of the stream and yields each payload that they complete. The payloads belong to the
   * caller.
   *
   * @throws {RemoteProtocolError} frame_too_long
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

  /**
   * Ends the stream.
   *
   * @throws {RemoteProtocolError} truncated if it ended inside a frame
   */
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
