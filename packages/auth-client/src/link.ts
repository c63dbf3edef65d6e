/** One connection to a server: the client asks, the server answers, and errors have codes. */
import {
  type Channel,
  ChannelError,
  type ChannelErrorCode,
  connectTls,
  type Trust,
} from '@countersign/tls-channel';
import type { ClientMessage, Message, ServerMessage } from '@countersign/wire-protocol';
import type { Answer } from './answer.ts';
import { ClientError, type ClientErrorCode, serverError } from './errors.ts';
import type { ServerAddress } from './server-address.ts';

const ANSWER_MILLISECONDS = 30_000;

type Reply<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

export class Link {
  readonly #channel: Channel;
  readonly #signal: AbortSignal | undefined;

  private constructor(channel: Channel, signal: AbortSignal | undefined) {
    this.#channel = channel;
    this.#signal = signal;
  }

  /** @throws {ClientError} unreachable, timeout, not_countersign, pin_changed, untrusted_certificate */
  static async open(server: ServerAddress, trust: Trust, signal?: AbortSignal): Promise<Link> {
    const translated = (error: unknown) => translate(error, trust);
    return new Link(await connectTls({ ...server, trust, signal }).catch(translated), signal);
  }

  /** The pin of the key the server has shown. */
  get pin(): string {
    return this.#channel.pin;
  }

  /** RFC 9266 `tls-exporter`, 32 bytes. */
  get binding(): Uint8Array {
    return this.#channel.binding;
  }

  /**
   * Sends a message and returns the answer, which is one of `types`.
   *
   * @throws {ClientError} connection_lost, timeout, not_countersign, and the codes of the server
   */
  async ask<T extends ServerMessage['type']>(message: ClientMessage, ...types: T[]): Promise<Reply<T>> {
    return oneOf(await this.#exchange(message), types);
  }

  /**
   * Sends a message with a code in it.
   *
   * @returns what `result` makes of an answer of `type`, or the rejection
   */
  async submit<T extends ServerMessage['type'], R>(
    message: ClientMessage,
    type: T,
    result: (reply: Reply<T>) => R | Promise<R>,
  ): Promise<Answer<R>> {
    const reply = await this.#exchange(message);
    if (reply.type !== 'factor.rejected') return { ok: true, result: await result(oneOf(reply, [type])) };
    const { type: _, ...why } = reply;
    return { ok: false, ...why };
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  async #exchange(message: ClientMessage): Promise<Message> {
    const reply = await this.#sent(message);
    if (reply === undefined)
      throw new ClientError('connection_lost', 'the connection to the server was lost');
    if (reply.type !== 'error') return reply;
    throw serverError(reply.code, reply.retryAfter);
  }

  async #sent(message: ClientMessage): Promise<Message | undefined> {
    const signal = this.#signal;
    try {
      await this.#channel.send(message, { signal });
      return await this.#channel.receive({ timeout: ANSWER_MILLISECONDS, signal });
    } catch (error) {
      this.#channel.destroy();
      return translate(error);
    }
  }
}

function oneOf<T extends ServerMessage['type']>(reply: Message, types: readonly T[]): Reply<T> {
  if (isOneOf(reply, types)) return reply;
  throw new ClientError('not_countersign', 'the server sent an answer that does not fit');
}

function isOneOf<T extends ServerMessage['type']>(reply: Message, types: readonly T[]): reply is Reply<T> {
  return types.some((type) => type === reply.type);
}

const CODES: Readonly<Record<ChannelErrorCode, ClientErrorCode>> = {
  unknown_host: 'unreachable',
  refused: 'unreachable',
  connect_failed: 'unreachable',
  timeout: 'timeout',
  not_countersign: 'not_countersign',
  pin_mismatch: 'pin_changed',
  untrusted_certificate: 'untrusted_certificate',
  bad_proxy_header: 'unreachable',
  closed: 'connection_lost',
  protocol: 'not_countersign',
  address_in_use: 'unreachable',
  listen_failed: 'unreachable',
  bad_certificate: 'untrusted_certificate',
  missing_package: 'unreachable',
};

/** Throws a channel's error as one of this package, and any other error, such as an interruption, as it is. */
function translate(error: unknown, trust?: Trust): never {
  if (!(error instanceof ChannelError)) throw error;
  const { shownPin: shown } = error;
  if (trust?.kind === 'pin' && shown !== undefined)
    throw new ClientError('pin_changed', 'the server shows another key than the one expected', {
      pins: { expected: trust.pin, shown },
      cause: error,
    });
  throw new ClientError(CODES[error.code], error.message, { cause: error });
}
