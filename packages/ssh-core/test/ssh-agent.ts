import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type ChildProcess, execFileSync, LONG_LIMIT, spawn } from '../../../scripts/child-process.mjs';
import { type AgentReply, AgentReplyDecoder } from '../src/index.ts';

/** A real ssh-agent on a socket of its own. */
export class SshAgent {
  readonly socketPath: string;
  readonly #agent: ChildProcess;
  readonly #socket: Socket;

  private constructor(socketPath: string, agent: ChildProcess, socket: Socket) {
    this.socketPath = socketPath;
    this.#agent = agent;
    this.#socket = socket;
  }

  static async start(folder: string): Promise<SshAgent> {
    const socketPath = join(folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socketPath], {
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LONG_LIMIT,
    });
    // It prints the path as soon as it listens.
    await new Promise((resolve, reject) => {
      agent.stdout.once('data', resolve);
      agent.once('error', reject);
      agent.once('close', () => reject(new Error('ssh-agent ended')));
    });
    return new SshAgent(socketPath, agent, connect(socketPath));
  }

  /** Sends a request and returns the answer. */
  ask(request: Uint8Array): Promise<AgentReply> {
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
      const fail = () => settle(() => reject(new Error('ssh-agent closed the socket')));
      const settle = (then: () => void) => {
        this.#socket.off('data', take).off('close', fail);
        then();
      };
      this.#socket.on('data', take).on('close', fail).write(request);
    });
  }

  /** What `ssh-add` prints about it. */
  sshAdd(...args: string[]): string {
    const env = { ...process.env, SSH_AUTH_SOCK: this.socketPath };
    return execFileSync('ssh-add', args, { encoding: 'utf8', env });
  }

  stop(): void {
    this.#socket.destroy();
    this.#agent.kill('SIGKILL');
  }
}
