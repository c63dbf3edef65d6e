/**
 * One end of a conversation: bytes in, messages out, and vice versa. Combines framing, schemas and states,
 * without sockets, clocks or cryptography.
 */
import { LocalProtocolError, RemoteProtocolError } from './errors.ts';
import { encodeFrame, FrameDecoder } from './frame.ts';
import { encodeMessage, type Message, type MessageType, openPayload, readMessage } from './message.ts';
import { nextState, type Role, type State } from './states.ts';

/**
 * One end of a conversation.
 *
 * ```ts
 * const connection = new Connection({ role: 'client' });
 * socket.write(connection.send({ type: 'account.show' })); // LocalProtocolError: not before the login
 * for (const message of connection.receive(bytes)) …
 * ```
 */
export class Connection {
  readonly role: Role;
  readonly #peer: Role;
  readonly #frames = new FrameDecoder();
  #state: State = 'start';
  #failure: RemoteProtocolError | undefined;

  constructor({ role }: { role: Role }) {
    this.role = role;
    this.#peer = role === 'client' ? 'server' : 'client';
  }

  get state(): State {
    return this.#state;
  }

  /**
   * Takes the next bytes from the other side, in any pieces, and returns the messages that they complete:
   * none or one, or two if an `error` follows an answer. After an error the connection has failed and throws
   * the same error again. No message from bytes that violate the protocol is returned. Once closed, further
   * bytes are ignored.
   *
   * @throws {RemoteProtocolError} frame_too_long
   * @throws {RemoteProtocolError} not_utf8
   * @throws {RemoteProtocolError} not_json
   * @throws {RemoteProtocolError} unknown_type
   * @throws {RemoteProtocolError} wrong_state
   * @throws {RemoteProtocolError} bad_message
   * @throws {RemoteProtocolError} truncated after `end` has thrown it
   */
  receive(bytes: Uint8Array): Message[] {
    return this.#orFail(() => {
      const messages: Message[] = [];
      if (this.#state === 'closed') return messages;
      for (const payload of this.#frames.push(bytes)) {
        const unread = openPayload(payload);
        const next = this.#afterReceiving(unread.type);
        messages.push(readMessage(unread));
        this.#state = next;
        if (next === 'closed') break;
      }
      return messages;
    });
  }

  /**
   * Returns the frame of a message, ready to be written. The state changes only if bytes are returned.
   *
   * @throws {LocalProtocolError} wrong_state if the message must not be sent now
   * @throws {LocalProtocolError} bad_message if a field is missing, unknown or out of range
   * @throws {LocalProtocolError} unknown_type
   * @throws {LocalProtocolError} frame_too_long
   */
  send(message: Message): Uint8Array {
    const next = nextState(this.#state, this.role, message.type);
    if (next === undefined)
      throw new LocalProtocolError(
        'wrong_state',
        `the ${this.role} must not send this in state ${this.#state}`,
      );
    const frame = encodeFrame(encodeMessage(message));
    this.#state = next;
    return frame;
  }

  /**
   * Records that the other side has ended its stream: nothing more will be received, but a pending answer can
   * still be sent. Ending between two messages is not an error.
   *
   * @throws {RemoteProtocolError} truncated if the stream ended inside a frame
   */
  end(): void {
    this.#orFail(() => {
      if (this.#state !== 'closed') this.#frames.end();
    });
  }

  #afterReceiving(type: MessageType): State {
    const next = nextState(this.#state, this.#peer, type);
    if (next !== undefined) return next;
    throw new RemoteProtocolError('wrong_state', `the other side sent ${type} in state ${this.#state}`);
  }

  /** Reads from the other side, until it has violated the protocol. */
  #orFail<T>(read: () => T): T {
    if (this.#failure) throw this.#failure;
    try {
      return read();
    } catch (error) {
      if (error instanceof RemoteProtocolError) {
        this.#failure = error;
        this.#state = 'failed';
      }
      throw error;
    }
  }
}
