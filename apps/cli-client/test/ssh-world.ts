/** An ssh-agent and a server that issues certificates, for the tests of `countersign ssh`. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificate, decodeCertificate, encodeListRequest } from '@countersign/ssh-core';
import { afterAll, beforeAll } from 'vitest';
import { SshAgent } from '../../../packages/ssh-core/test/ssh-agent.ts';
import type { Finished, Running } from './test-client.ts';
import { OLD_PASSWORD, type OldAccount } from './test-server.ts';
import { useServer } from './use-server.ts';

export const ROLES = ['web', 'db'];

export interface SshWorld extends ReturnType<typeof useServer> {
  /** An agent of its own for each call. */
  startAgent(): Promise<SshAgent>;
  /** A folder for the files of the program. */
  config(): string;
  /** Starts the program, with an agent if there is one. */
  start(argv: readonly string[], env?: Readonly<Record<string, string>>): Running;
  /** Runs it with lines of standard input. */
  run(
    argv: readonly string[],
    lines?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Finished>;
  /** The lines of a login with the next code. */
  linesOf(account: OldAccount): string[];
}

export function useSsh(): SshWorld {
  const world = useServer();
  const folder = mkdtempSync(join(tmpdir(), 'ssh-'));
  const agents: SshAgent[] = [];
  let count = 0;
  const next = () => {
    count += 1;
    const path = join(folder, String(count));
    mkdirSync(path);
    return path;
  };
  beforeAll(async () => {
    for (const role of ROLES) await world.server.ssh.listRole({ role, agentForwarding: false });
  });
  afterAll(() => {
    for (const agent of agents) agent.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const start: SshWorld['start'] = (argv, env = {}) => world.home.start(world.server.address, argv, { env });
  return Object.assign(world, {
    async startAgent() {
      const agent = await SshAgent.start(next());
      agents.push(agent);
      return agent;
    },
    config: next,
    start,
    run(argv: readonly string[], lines: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
      const running = start(argv, env);
      running.type(...lines);
      running.end();
      return running.finished;
    },
    linesOf({ username, secret }: OldAccount) {
      world.server.advance(30);
      return [username, OLD_PASSWORD, world.server.codeOf(secret)];
    },
  });
}

/** The certificates that an agent holds. */
export async function certificatesIn(agent: SshAgent): Promise<Certificate[]> {
  const reply = await agent.ask(encodeListRequest());
  return reply.type === 'identities' ? reply.identities.map(({ blob }) => decodeCertificate(blob)) : [];
}
