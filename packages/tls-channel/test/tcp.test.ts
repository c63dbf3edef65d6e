import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Timers } from '../src/deadline.ts';
import { connectTcp } from '../src/tcp.ts';
import { freePort, plainServer } from './harness.ts';

/** A clock that stands still until the test rings it. */
function manualTimers(): Timers & { ring(): void } {
  let pending: (() => void) | undefined;
  return {
    now: () => 0,
    after(_milliseconds, ring) {
      pending = ring;
      return () => {
        if (pending === ring) pending = undefined;
      };
    },
    ring() {
      const ring = pending;
      pending = undefined;
      ring?.();
    },
  };
}

const found =
  (...addresses: string[]) =>
  async (): Promise<LookupAddress[]> =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

/** Attempts by address: `silent` ones never answer, the others connect to 127.0.0.1. */
function dialling(silent: readonly string[]) {
  const dialled: string[] = [];
  const sockets = new Map<string, Socket>();
  onTestFinished(() => {
    for (const socket of sockets.values()) socket.destroy();
  });
  const dial = (address: string, port: number) => {
    dialled.push(address);
    const socket = silent.includes(address) ? new Socket() : connect({ host: '127.0.0.1', port });
    sockets.set(address, socket);
    return socket;
  };
  return { dialled, sockets, dial };
}

describe('connecting to a name with several addresses', () => {
  it('tries the next address when one does not answer, and abandons none of them', async () => {
    const { port } = await plainServer(() => {});
    const { dialled, sockets, dial } = dialling(['2001:db8::1', '192.0.2.1']);
    const timers = manualTimers();
    const lookup = found('2001:db8::1', '192.0.2.1', '192.0.2.2');
    const { signal } = new AbortController();
    const connecting = connectTcp({ host: 'login.example', port, signal, timers, lookup, dial });
    await lookup();
    while (dialled.length < 3) {
      await Promise.resolve();
      timers.ring();
      expect([...sockets.values()].some((socket) => socket.destroyed)).toBe(false);
    }
    const socket = await connecting;
    expect(dialled).toEqual(['2001:db8::1', '192.0.2.1', '192.0.2.2']);
    expect(socket).toBe(sockets.get('192.0.2.2'));
    expect(sockets.get('2001:db8::1')?.destroyed).toBe(true);
    expect(sockets.get('192.0.2.1')?.destroyed).toBe(true);
  });

  it('still accepts a slow first address after trying others', async () => {
    const { dialled, sockets, dial } = dialling(['192.0.2.1', '192.0.2.2']);
    const timers = manualTimers();
    const { signal } = new AbortController();
    const lookup = found('192.0.2.1', '192.0.2.2');
    const connecting = connectTcp({ host: 'login.example', port: 1, signal, timers, lookup, dial });
    while (dialled.length < 2) {
      await Promise.resolve();
      timers.ring();
    }
    timers.ring(); // every address has been tried: only waiting is left
    sockets.get('192.0.2.1')?.emit('connect'); // its second SYN got through
    expect(await connecting).toBe(sockets.get('192.0.2.1'));
  });

  it('tries the next address at once when one refuses, alternating between the families', async () => {
    const port = await freePort();
    const { dialled, dial } = dialling([]);
    const { signal } = new AbortController();
    const lookup = found('2001:db8::1', '2001:db8::2', '192.0.2.1');
    const connecting = connectTcp({
      host: 'login.example',
      port,
      signal,
      timers: manualTimers(),
      lookup,
      dial,
    });
    await expect(connecting).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(dialled).toEqual(['2001:db8::1', '192.0.2.1', '2001:db8::2']);
  });

  it('ends every attempt when the caller aborts', async () => {
    const { sockets, dialled, dial } = dialling(['192.0.2.1', '192.0.2.2']);
    const timers = manualTimers();
    const stop = new AbortController();
    const lookup = found('192.0.2.1', '192.0.2.2');
    const connecting = connectTcp({ host: 'x.example', port: 1, signal: stop.signal, timers, lookup, dial });
    while (dialled.length < 2) {
      await Promise.resolve();
      timers.ring();
    }
    stop.abort(new Error('given up'));
    await expect(connecting).rejects.toThrow('given up');
    expect([...sockets.values()].every((socket) => socket.destroyed)).toBe(true);
  });

  it('does not use the resolver for an IP address', async () => {
    const { server, port } = await plainServer(() => {});
    const lookup = () => Promise.reject(new Error('asked'));
    const { signal } = new AbortController();
    const [socket] = await Promise.all([
      connectTcp({ host: '127.0.0.1', port, signal, lookup }),
      once(server, 'connection'),
    ]);
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });
});
