/**
 * The user's SSH agent (RFC 9987), over the socket that `SSH_AUTH_SOCK` names. Anything can listen there, so each answer
 * has a limit in bytes (`AgentReplyDecoder`) and in time, and is checked for being an answer to the request.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  type AgentAddition,
  type AgentIdentity,
  type AgentReply,
  AgentReplyDecoder,
  encodeAddRequest,
  encodeListRequest,
  encodeRemoveRequest,
} from '@countersign/ssh-core';
import { type CliError, type Io, plain, systemReason, untilAborted } from '@countersign/terminal';
import { call, misuse } from '../../context.ts';

/** Milliseconds for each answer, however it is cut into pieces. */
const ANSWER_LIMIT = 10_000;

/** One connection to an agent. Cannot be used after an error. */
export class Agent {
  readonly #io: Io;
  readonly #socket: Socket;
  readonly #limit: number;

  private constructor(io: Io, socket: Socket, limit: number) {
    this.#io = io;
    this.#socket = socket;
    this.#limit = limit;
  }

  /** @throws {CliError} no_agent; the reason of `io.signal` */
  static async open(io: Io, limit = ANSWER_LIMIT): Promise<Agent> {
    const path = io.env.SSH_AUTH_SOCK || undefined;
    if (path === undefined) throw noAgent(io, 'No SSH agent is running: SSH_AUTH_SOCK is not set.');
    let socket: Socket | undefined;
    try {
      socket = connect(path);
      await within(io, limit, once(socket, 'connect'));
      // A later failure is reported by the request that waits for an answer.
      socket.on('error', () => {});
      return new Agent(io, socket, limit);
    } catch (cause) {
      socket?.destroy();
      io.signal.throwIfAborted();
      const why = isTimeout(cause) ? 'it does not answer' : reasonOf(cause);
      throw noAgent(io, `The SSH agent at ${plain(path)} (SSH_AUTH_SOCK) cannot be reached: ${why}.`, cause);
    }
  }

  /** @throws {CliError} agent_failed */
  async list(): Promise<readonly AgentIdentity[]> {
    const reply = await this.#ask(encodeListRequest());
    if (reply.type === 'identities') return reply.identities;
    throw agentFailed(reply.type === 'failure' ? 'it refuses to list its keys' : NOT_AN_ANSWER);
  }

  /** Adds a key, for a time. @returns whether the agent says that it has it @throws {CliError} agent_failed */
  add(addition: AgentAddition): Promise<boolean> {
    return this.#isDone(encodeAddRequest(addition));
  }

  /** Removes a key. @returns whether the agent says that it had it @throws {CliError} agent_failed */
  remove(identity: { readonly blob: Uint8Array }): Promise<boolean> {
    return this.#isDone(encodeRemoveRequest(identity));
  }

  close(): void {
    this.#socket.destroy();
  }

  async #isDone(request: Uint8Array): Promise<boolean> {
    const { type } = await this.#ask(request);
    if (type === 'identities') throw agentFailed(NOT_AN_ANSWER);
    return type === 'success';
  }

  /** Sends a request and wipes it, since it can contain a private key. */
  async #ask(request: Uint8Array): Promise<AgentReply> {
    const socket = this.#socket;
    try {
      socket.write(request);
      return await within(this.#io, this.#limit, answerOn(socket));
    } catch (cause) {
      socket.destroy();
      this.#io.signal.throwIfAborted();
      const seconds = Math.ceil(this.#limit / 1000);
      throw agentFailed(isTimeout(cause) ? `it did not answer within ${seconds} s` : reasonOf(cause), cause);
    } finally {
      request.fill(0);
    }
  }
}

const NOT_AN_ANSWER = 'it answered something that was not asked for';

/** Reads one answer. */
function answerOn(socket: Socket): Promise<AgentReply> {
  const decoder = new AgentReplyDecoder();
  return new Promise((resolve, reject) => {
    const take = (bytes: Uint8Array) => {
      try {
        const reply = decoder.push(bytes);
        if (reply) settle(() => resolve(reply));
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const fail = () => settle(() => reject(new ClosedError('it closed the connection')));
    const settle = (then: () => void) => {
      socket.off('data', take).off('close', fail);
      then();
    };
    socket.on('data', take).on('close', fail);
    if (socket.destroyed) fail();
  });
}

class ClosedError extends Error {
  override readonly name = 'ClosedError';
}

function within<T>({ signal }: Io, limit: number, waiting: Promise<T>): Promise<T> {
  return untilAborted(AbortSignal.any([signal, AbortSignal.timeout(limit)]), waiting);
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'TimeoutError';
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && ['SshError', 'ClosedError'].includes(cause.name)) return cause.message;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
    ? 'no agent listens there any more'
    : systemReason(cause);
}

/** How to do without the agent that is there. */
export function waysOut(io: Io): string {
  return `Certify a key file with --key FILE.pub, or run the command with an agent of its own: ssh-agent ${call(io, 'ssh')} -- ssh HOST`;
}

function noAgent(io: Io, what: string, cause?: unknown): CliError {
  return misuse('no_agent', `${what} ${waysOut(io)}`, cause);
}

function agentFailed(why: string, cause?: unknown): CliError {
  return misuse('agent_failed', `The SSH agent (SSH_AUTH_SOCK) failed: ${why}.`, cause);
}
