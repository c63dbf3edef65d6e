/**
 * The user's SSH agent (RFC 9987), over the socket that `SSH_AUTH_SOCK` names. Anything can listen there, so each answer
 * has a limit in bytes (`AgentReplyDecoder`) and in time, and is checked for being an answer to the request.
 */
import { on, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { hasCode } from '@countersign/own-files';
import {
  type AgentAddition,
  type AgentIdentity,
  type AgentReply,
  AgentReplyDecoder,
  encodeAddRequest,
  encodeListRequest,
  encodeRemoveRequest,
  SshError,
} from '@countersign/ssh-core';
import { ClientError } from '../errors.ts';

/** Milliseconds for each answer, however it is cut into pieces. */
const ANSWER_LIMIT = 10_000;

/** Where the agent listens, and how long it may take. */
export interface SshAgentOptions {
  /** The value of `SSH_AUTH_SOCK`. */
  readonly socket: string | undefined;
  /** Ends every wait with its reason. */
  readonly signal: AbortSignal;
  /** Milliseconds for each answer, 10,000 by default. */
  readonly limit?: number | undefined;
}

/**
 * One connection to an agent, made for the first request. Cannot be used after an error. Every request rejects with a
 * `ClientError`: `no_agent` if the agent cannot be reached, `agent_failed` if it does not answer as an agent; or with the
 * reason of the signal.
 */
export class SshAgent {
  readonly #options: SshAgentOptions;
  readonly #limit: number;
  #socket: Socket | undefined;

  constructor(options: SshAgentOptions) {
    this.#options = options;
    this.#limit = options.limit ?? ANSWER_LIMIT;
  }

  async list(): Promise<readonly AgentIdentity[]> {
    const reply = await this.#ask(encodeListRequest());
    if (reply.type === 'identities') return reply.identities;
    throw reply.type === 'failure' ? agentFailed('it refuses to list its keys') : notAnAnswer();
  }

  /**
   * Adds a key, for a time.
   *
   * @returns whether the agent says that it has it
   */
  add(addition: AgentAddition): Promise<boolean> {
    return this.#isDone(encodeAddRequest(addition));
  }

  /**
   * Removes a key.
   *
   * @returns whether the agent says that it had it
   */
  remove(identity: { readonly blob: Uint8Array }): Promise<boolean> {
    return this.#isDone(encodeRemoveRequest(identity));
  }

  close(): void {
    this.#socket?.destroy();
  }

  async #isDone(request: Uint8Array): Promise<boolean> {
    const { type } = await this.#ask(request);
    if (type === 'identities') throw notAnAnswer();
    return type === 'success';
  }

  /** Sends a request and wipes it, since it can contain a private key. */
  async #ask(request: Uint8Array): Promise<AgentReply> {
    const waiting = this.#limited();
    try {
      this.#socket ??= await this.#connect();
      const reply = await answerTo(request, this.#socket, waiting);
      if (reply) return reply;
    } catch (cause) {
      this.close();
      this.#options.signal.throwIfAborted();
      if (cause instanceof ClientError) throw cause;
      if (waiting.aborted) throw agentFailed(`it did not answer within ${Math.ceil(this.#limit / 1000)} s`);
      if (cause instanceof SshError) throw agentFailed(cause.message);
      throw new ClientError('agent_failed', FAILED, { cause });
    } finally {
      request.fill(0);
    }
    throw agentFailed('it closed the connection');
  }

  async #connect(): Promise<Socket> {
    const { socket: path } = this.#options;
    if (!path) throw new ClientError('no_agent', 'no SSH agent is running: SSH_AUTH_SOCK is not set');
    const waiting = this.#limited();
    const socket = connect(path);
    // A later failure is reported by the request that waits for an answer.
    socket.on('error', () => {});
    try {
      await once(socket, 'connect', { signal: waiting });
      return socket;
    } catch (cause) {
      socket.destroy();
      const what = `the SSH agent at ${path} (SSH_AUTH_SOCK) cannot be reached`;
      if (waiting.aborted) throw new ClientError('no_agent', `${what}: it does not answer`);
      if (hasCode(cause, 'ECONNREFUSED'))
        throw new ClientError('no_agent', `${what}: no agent listens there any more`);
      throw new ClientError('no_agent', what, { cause });
    }
  }

  #limited(): AbortSignal {
    // Node.js 20 forgets an `AbortSignal.timeout` that only `any` refers to when it collects garbage.
    const limit = new AbortController();
    setTimeout(() => limit.abort(), this.#limit).unref();
    return AbortSignal.any([this.#options.signal, limit.signal]);
  }
}

const FAILED = 'the SSH agent (SSH_AUTH_SOCK) failed';

function agentFailed(why: string): ClientError {
  return new ClientError('agent_failed', `${FAILED}: ${why}`);
}

function notAnAnswer(): ClientError {
  return agentFailed('it answered something that was not asked for');
}

/** @returns `undefined` when the agent closes the connection */
async function answerTo(
  request: Uint8Array,
  socket: Socket,
  signal: AbortSignal,
): Promise<AgentReply | undefined> {
  if (socket.destroyed) return undefined;
  const decoder = new AgentReplyDecoder();
  const incoming: AsyncIterable<readonly Uint8Array[]> = on(socket, 'data', { signal, close: ['close'] });
  socket.write(request);
  for await (const [bytes] of incoming) {
    const reply = bytes && decoder.push(bytes);
    if (reply) return reply;
  }
  return undefined;
}
