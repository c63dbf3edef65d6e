/** One connection to a server, as the client speaks on it: a question, its answer, and coded errors. */
import {
  type Channel,
  ChannelError,
  type ChannelErrorCode,
  connectTls,
  type Trust,
} from '@countersign/tls-channel';
import type { ClientMessage, Message, ServerMessage } from '@countersign/wire-protocol';
import { ClientError, type ClientErrorCode } from './errors.ts';
import type { ServerAddress } from './server-address.ts';

const ANSWER_MILLISECONDS = 30_000;

type Answer<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

export class Link {
  readonly #channel: Channel;
  readonly #signal: AbortSignal | undefined;

  private constructor(channel: Channel, signal: AbortSignal | undefined) {
    this.#channel = channel;
    this.#signal = signal;
  }

  static async open(server: ServerAddress, trust: Trust, signal?: AbortSignal): Promise<Link> {
    const options = { ...server, trust, ...(signal === undefined ? {} : { signal }) };
    const translated = (error: unknown) => translate(error, trust);
    return new Link(await connectTls(options).catch(translated), signal);
  }

  /** The pin of the key the server has shown. */
  get pin(): string {
    return this.#channel.pin;
  }

  /** RFC 9266 `tls-exporter`, 32 bytes. */
  get binding(): Uint8Array {
    return this.#channel.binding;
  }

  /** Sends one message and waits for one of the answers named; an `error` of the server is thrown. */
  async ask<T extends ServerMessage['type']>(message: ClientMessage, ...types: T[]): Promise<Answer<T>> {
    const answer = await this.#exchange(message);
    if (answer === undefined) throw new ClientError('connection_lost', 'the server ended the connection');
    if (answer.type === 'error') {
      const { code, retryAfter } = answer;
      throw new ClientError(
        code,
        `the server answered: ${code}`,
        retryAfter === undefined ? {} : { retryAfter },
      );
    }
    if (isOneOf(answer, types)) return answer;
    throw new ClientError('not_countersign', 'the server gave an answer that does not fit');
  }

  async close(): Promise<void> {
    await this.#channel.close();
  }

  async #exchange(message: ClientMessage): Promise<Message | undefined> {
    const signal = this.#signal === undefined ? {} : { signal: this.#signal };
    try {
      await this.#channel.send(message, signal);
      return await this.#channel.receive({ timeout: ANSWER_MILLISECONDS, ...signal });
    } catch (error) {
      this.#channel.destroy();
      return translate(error);
    }
  }
}

function isOneOf<T extends ServerMessage['type']>(answer: Message, types: readonly T[]): answer is Answer<T> {
  return types.some((type) => type === answer.type);
}

const CODES: Readonly<Record<ChannelErrorCode, ClientErrorCode>> = {
  unknown_host: 'unreachable',
  refused: 'unreachable',
  connect_failed: 'unreachable',
  timeout: 'timeout',
  not_countersign: 'not_countersign',
  pin_mismatch: 'pin_changed',
  untrusted_certificate: 'untrusted_certificate',
  closed: 'connection_lost',
  protocol: 'not_countersign',
  address_in_use: 'unreachable',
  listen_failed: 'unreachable',
  bad_certificate: 'untrusted_certificate',
};

/** A channel's error in this package's words; anything else, an interruption for one, as it is. */
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
