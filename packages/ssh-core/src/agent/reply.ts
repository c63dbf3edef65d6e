/**
 * Answers of an agent (RFC 9987). They come over a socket whose other end may be anything, so they are read
 * strictly and with limits: one answer at a time, no longer than OpenSSH's own agent sends.
 */
import { expectBytes, isPrintable } from '../argument.ts';
import { SshError } from '../errors.ts';
import { utf8Decode } from '../platform.ts';
import { Reader } from '../wire/reader.ts';
import { concat } from '../wire/writer.ts';

/** Longer answers are refused by their announced length, before they are kept. */
export const MAX_AGENT_REPLY_BYTES = 256 * 1024;
/** As many as OpenSSH's programs read. */
const MAX_IDENTITIES = 2048;

const HEADER_BYTES = 4;
const FAILURE = 5;
const SUCCESS = 6;
const IDENTITIES_ANSWER = 12;

/** A key or certificate in an agent. */
export interface AgentIdentity {
  /** For `decodePublicKey` or `decodeCertificate`, which refuse kinds that they do not know. */
  readonly blob: Uint8Array;
  /** Empty if it is not text that can be printed. */
  readonly comment: string;
}

/**
 * - `success`: the request was carried out
 * - `failure`: it was not; agents give no reason (RFC 9987 §5.1)
 * - `identities`: the answer to a list request
 */
export type AgentReply =
  | { readonly type: 'success' }
  | { readonly type: 'failure' }
  | { readonly type: 'identities'; readonly identities: readonly AgentIdentity[] };

/** Extracts answers from the bytes of an agent's socket. Cannot be used after an error. */
export class AgentReplyDecoder {
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** The length of the answer with its header, or of the header as long as it is not complete. */
  #end = HEADER_BYTES;

  /**
   * Takes the next bytes and returns the answer that they complete, or `undefined` if more have to come.
   *
   * @throws {SshError} malformed, also for bytes behind an answer, since only one request is pending
   * @throws {SshError} too_long over 256 KiB or 2,048 keys
   */
  push(bytes: Uint8Array): AgentReply | undefined {
    this.#pieces.push(Uint8Array.from(expectBytes('bytes', bytes)));
    this.#length += bytes.length;
    if (this.#length < this.#end) return undefined;
    const received = concat(this.#pieces);
    this.#end = HEADER_BYTES + announcedLength(received);
    if (this.#length < this.#end) return undefined;
    if (this.#length > this.#end) throw new SshError('malformed', 'the agent sent more than one answer');
    this.#pieces = [];
    this.#length = 0;
    this.#end = HEADER_BYTES;
    return decodeReply(received.subarray(HEADER_BYTES));
  }

  /**
   * Ends the stream.
   *
   * @throws {SshError} malformed if it ended inside an answer
   */
  end(): void {
    if (this.#length > 0) throw new SshError('malformed', 'the agent stopped in the middle of an answer');
  }
}

function announcedLength(header: Uint8Array): number {
  const length = new Reader(header, 'the answer of the agent').uint32();
  if (length > MAX_AGENT_REPLY_BYTES)
    throw new SshError(
      'too_long',
      `the agent announced an answer of more than ${MAX_AGENT_REPLY_BYTES} bytes`,
    );
  return length;
}

function decodeReply(payload: Uint8Array): AgentReply {
  const reader = new Reader(payload, 'the answer of the agent');
  const type = reader.uint8();
  if (type === IDENTITIES_ANSWER) return { type: 'identities', identities: readIdentities(reader) };
  if (type !== SUCCESS && type !== FAILURE) throw reader.malformed('is of a type that was not asked for');
  reader.end();
  return { type: type === SUCCESS ? 'success' : 'failure' };
}

function readIdentities(reader: Reader): AgentIdentity[] {
  const count = reader.uint32();
  if (count > MAX_IDENTITIES)
    throw new SshError('too_long', `the agent announced more than ${MAX_IDENTITIES} keys`);
  const identities: AgentIdentity[] = [];
  for (let at = 0; at < count; at++) {
    const blob = reader.string();
    const comment = utf8Decode(reader.string()) ?? '';
    identities.push({ blob, comment: isPrintable(comment) ? comment : '' });
  }
  reader.end();
  return identities;
}
