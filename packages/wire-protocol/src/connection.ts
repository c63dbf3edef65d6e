/**
 * One end of a conversation: bytes in, messages out, and the other way round. Framing, schema and state have their
 * one home here; no sockets, no clocks, no cryptography.
 */
import { LocalProtocolError, RemoteProtocolError } from './errors.ts';
import { encodeFrame, FrameDecoder } from './frame.ts';
import { encodeMessage, type Message, type MessageType, openPayload, readMessage } from './message.ts';
import { nextState, type Role, type State } from './states.ts';

/**
 * ```ts
 * const connection = new Connection({ role: 'client' });
 * socket.write(connection.send({ type: 'account.show' }));   // LocalProtocolError: not before the login
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
   * Takes the next bytes of the other side, in whatever pieces they come, and gives the messages that they complete:
   * none or one, and two only where an `error` follows an answer. Throws `RemoteProtocolError`, and nothing else; the
   * connection has then failed and throws the same again. Messages of the very same bytes are then not given: nobody
   * acts on half of what a peer sent that breaks the rules. Once closed, bytes are dropped unread.
   */
  receive(bytes: Uint8Array): Message[] {
    if (this.#failure) throw this.#failure;
    const messages: Message[] = [];
    try {
      if (this.#state === 'closed') return messages;
      for (const payload of this.#frames.push(bytes)) {
        const unread = openPayload(payload);
        const next = this.#afterReceiving(unread.type);
        const message = readMessage(unread);
        this.#state = next;
        messages.push(message);
        if (next === 'closed') break;
      }
      return messages;
    } catch (error) {
      if (error instanceof RemoteProtocolError) this.#fail(error);
      throw error;
    }
  }

  /**
   * The frame of a message, to be written as it is. Throws `LocalProtocolError`: 'wrong_state' when the message may
   * not be sent now, 'bad_message' when a field is missing, unknown or outside its limits. State changes only when
   * bytes are returned.
   */
  send(message: Message): Uint8Array {
    const next = nextState(this.#state, this.role, message.type);
    if (next === undefined)
      throw new LocalProtocolError(
        'wrong_state',
        `the ${this.role} may not send this in state ${this.#state}`,
      );
    const frame = encodeFrame(encodeMessage(message));
    this.#state = next;
    return frame;
  }

  /**
   * The other side has ended its stream: nothing more will be received, while an answer that is owed may still be sent.
   * Throws `RemoteProtocolError` 'truncated' when it stopped inside a frame. To stop between two messages is not an
   * error of the protocol.
   */
  end(): void {
    if (this.#failure) throw this.#failure;
    if (this.#state === 'closed') return;
    try {
      this.#frames.end();
    } catch (error) {
      if (error instanceof RemoteProtocolError) this.#fail(error);
      throw error;
    }
  }

  #afterReceiving(type: MessageType): State {
    const next = nextState(this.#state, this.#peer, type);
    if (next !== undefined) return next;
    throw new RemoteProtocolError('wrong_state', `the other side sent ${type} in state ${this.#state}`);
  }

  #fail(error: RemoteProtocolError): void {
    this.#failure = error;
    this.#state = 'failed';
  }
}
