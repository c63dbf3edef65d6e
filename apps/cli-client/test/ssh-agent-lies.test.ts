/** Agents that hang, lie, fail and close: the program ends before a password is asked for, and nothing is added to them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { encodeListRequest } from '@countersign/ssh-core';
import { memoryIo } from '@countersign/terminal/testing';
import { afterAll, afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { SshAgent } from '../../../packages/auth-client/src/ssh/agent.ts';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { explain } from '../src/explain.ts';
import { useSsh } from './ssh-world.ts';

const world = useSsh();
const folder = mkdtempSync(join(tmpdir(), 'agent-'));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FAILURE = message(5);
const SUCCESS = message(6);
const EMPTY = message(12, 0, 0, 0, 0);

type Answer = (type: number, socket: Socket) => Uint8Array | undefined;

/** An agent that answers each request, by its type, with what `answers` returns. @returns its socket */
async function fakeAgent(answer: Answer): Promise<string> {
  const path = join(mkdtempSync(join(folder, 'fake-')), 'socket');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (request) => {
      const bytes = answer(request[4] ?? 0, socket);
      if (bytes) socket.write(bytes);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

/** Passes everything on to a real agent, and keeps the requests. */
async function proxyTo(real: string, requests: Uint8Array[]): Promise<string> {
  const path = join(mkdtempSync(join(folder, 'proxy-')), 'socket');
  const server = createServer((socket) => {
    const agent = connect(real);
    socket.on('data', (request) => void requests.push(Uint8Array.from(request)));
    socket.pipe(agent).pipe(socket);
    socket.on('error', () => {});
    agent.on('error', () => {});
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

function message(...payload: number[]): Uint8Array {
  return Uint8Array.of(0, 0, 0, payload.length, ...payload);
}

const LIST = encodeListRequest()[4];

describe('countersign ssh with an agent that', () => {
  const LIES: readonly (readonly [name: string, answer: Answer, why: string])[] = [
    ['fails at once', () => FAILURE, 'it refuses to list its keys'],
    ['says yes to a request for a list', () => SUCCESS, 'it answered something that was not asked for'],
    ['announces 4 GB', () => Uint8Array.of(255, 255, 255, 255), 'more than 262144 bytes'],
    ['announces a million keys', () => message(12, 0, 15, 66, 64), 'more than 2048 keys'],
    ['answers twice', () => Buffer.concat([EMPTY, EMPTY]), 'more than one answer'],
    ['sends something of another type', () => message(99), 'of a type that was not asked for'],
    ['cuts its list off', () => message(12, 0, 0, 0, 1), 'failed'],
    ['closes', (_, socket) => void socket.destroy(), 'it closed the connection'],
    [
      'closes in the middle of an answer',
      (_, socket) => void socket.end(EMPTY.subarray(0, 3)),
      'it closed the connection',
    ],
  ];
  it.each(LIES)('%s ends with one line, before a password is asked for', async (_name, answer, why) => {
    const path = await fakeAgent(answer);
    const { io } = memoryIo();
    const agent = new SshAgent({ socket: path, signal: io.signal });
    const listed = agent.list().catch((error: unknown) => Promise.reject(explain(io, error)));
    await expect(listed).rejects.toMatchObject({ code: 'agent_failed', exit: 2 });
    const { exit, stdout, stderr } = await world.run(['ssh'], ['alice', 'a password', '123456'], {
      SSH_AUTH_SOCK: path,
      COUNTERSIGN_CONFIG_DIR: world.config(),
    });
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(/^Error: The SSH agent \(SSH_AUTH_SOCK\) failed: [^\n]+\n$/);
    expect(stderr).toContain(why);
  });

  it('refuses to add anything is not logged in for', async () => {
    const path = await fakeAgent((type) => (type === LIST ? EMPTY : FAILURE));
    const ended = await world.run(['ssh', '--json'], ['alice', 'a password', '123456'], {
      SSH_AUTH_SOCK: path,
    });
    expect(ended).toMatchObject({ exit: 2, events: [{ event: 'error', code: 'agent_refused' }] });
  });

  it('says that it has added what it does not list is not logged in for', async () => {
    const path = await fakeAgent((type) => (type === LIST ? EMPTY : SUCCESS));
    const ended = await world.run(['ssh', '--json'], ['alice', 'a password', '123456'], {
      SSH_AUTH_SOCK: path,
    });
    expect(ended).toMatchObject({ exit: 2, events: [{ event: 'error', code: 'agent_refused' }] });
  });

  withCounterpart('ssh-keygen', 'works', () => {
    it('never gets a key without a lifetime', async () => {
      const account = await world.addAccount({ roles: ['web'] });
      const real = await world.startAgent();
      const requests: Uint8Array[] = [];
      const proxy = await proxyTo(real.socketPath, requests);
      const { exit } = await world.run(['ssh', '--hours', '2'], world.linesOf(account), {
        SSH_AUTH_SOCK: proxy,
        COUNTERSIGN_CONFIG_DIR: world.config(),
      });
      expect(exit).toBe(0);
      // 25 adds with constraints, and 17 without.
      const added = requests.filter((request) => request[4] === 25);
      expect(requests.filter((request) => request[4] === 17)).toEqual([]);
      // Each ends with the constraint of a lifetime: 1, and seconds.
      const lifetimes = added.map((request) => [
        request.at(-5),
        Buffer.from(request).readUInt32BE(request.length - 4),
      ]);
      expect(lifetimes[0]).toEqual([1, 5]);
      expect(lifetimes[1]?.[0]).toBe(1);
      expect(lifetimes[1]?.[1]).toBeGreaterThan(7000);
      expect(lifetimes).toHaveLength(2);
    });
  });

  it('hangs is left after the limit, however it drips', async () => {
    const hanging = await fakeAgent(() => undefined);
    const { signal } = memoryIo().io;
    const agent = new SshAgent({ socket: hanging, signal, limit: 20 });
    await expect(agent.list()).rejects.toMatchObject({
      code: 'agent_failed',
      message: /did not answer within 1 s/,
    });
    const dripping = await fakeAgent((_, socket) => void socket.write(EMPTY.subarray(0, 2)));
    const second = new SshAgent({ socket: dripping, signal, limit: 20 });
    await expect(second.list()).rejects.toMatchObject({ code: 'agent_failed' });
  });

  it('hangs is left after the limit though garbage is collected meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collecting = setInterval(runInNewContext('gc') as () => void, 10);
    onTestFinished(() => clearInterval(collecting));
    const hanging = await fakeAgent(() => undefined);
    const agent = new SshAgent({ socket: hanging, signal: memoryIo().io.signal, limit: 200 });
    await expect(agent.list()).rejects.toMatchObject({ code: 'agent_failed' });
  });

  it('hangs does not hold back Ctrl-C', async () => {
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const path = await fakeAgent(() => void asked());
    const { io } = memoryIo();
    const agent = new SshAgent({ socket: path, signal: io.signal });
    const listing = agent.list();
    await isAsked;
    io.interrupt();
    await expect(listing).rejects.toMatchObject({ code: 'interrupted', exit: 130 });
  });
});
