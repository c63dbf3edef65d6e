/**
 * One TCP connection to a host with any number of addresses (RFC 8305 §5, "Happy Eyeballs").
 *
 * 1. The addresses are tried in the resolver's order, alternating between IPv6 and IPv4.
 * 2. Each attempt gets a head start of 250 ms over the next one. A failed attempt starts the next one at
 *    once.
 * 3. No attempt is abandoned before the caller's deadline: an address that lost a packet may still win.
 */
import { promises as dns, type LookupAddress } from 'node:dns';
import { connect, isIP, type Socket } from 'node:net';
import { SYSTEM_TIMERS, type Timers } from './deadline.ts';

/** RFC 8305 §5, the recommended connection attempt delay. */
const HEAD_START = 250;

/** Options of `connectTcp`. */
export interface TcpOptions {
  readonly host: string;
  readonly port: number;
  /** Ends all attempts; the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly timers?: Timers | undefined;
  /** Returns every address of a name, in order of preference; by default the system's resolver. */
  readonly lookup?: ((host: string) => Promise<LookupAddress[]>) | undefined;
  /** Starts one attempt. `net.connect`, unless a test replaces it. */
  readonly dial?: ((address: string, port: number) => Socket) | undefined;
}

/**
 * Connects to the first address that answers. There is no time limit except the signal. Rejects with the
 * system's error of the first attempt when all have failed, or with the resolver's error.
 */
export async function connectTcp({
  host,
  port,
  signal,
  timers = SYSTEM_TIMERS,
  lookup = (name) => dns.lookup(name, { all: true }),
  dial = (address, toPort) => connect({ host: address, port: toPort }),
}: TcpOptions): Promise<Socket> {
  const addresses = isIP(host) === 0 ? interleave(await lookup(host)) : [host];
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const open = new Set<Socket>();
    const untried = addresses.values();
    let firstError: unknown;
    let cancelHeadStart = () => {};

    const settle = (winner?: Socket) => {
      cancelHeadStart();
      signal.removeEventListener('abort', onAbort);
      for (const socket of open) if (socket !== winner) socket.destroy();
    };
    const onAbort = () => {
      settle();
      reject(signal.reason);
    };
    const tryNext = () => {
      cancelHeadStart();
      const { value: address, done } = untried.next();
      if (done) {
        if (open.size > 0) return;
        settle();
        reject(firstError);
        return;
      }
      const socket = dial(address, port);
      open.add(socket);
      const onError = (error: unknown) => {
        firstError ??= error;
        open.delete(socket);
        tryNext();
      };
      socket.once('error', onError);
      socket.once('connect', () => {
        socket.off('error', onError);
        settle(socket);
        resolve(socket);
      });
      cancelHeadStart = timers.after(HEAD_START, tryNext);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    tryNext();
  });
}

/** The resolver's order, alternating between the address families (RFC 8305 §4). */
function interleave(found: readonly LookupAddress[]): string[] {
  const [first] = found;
  const preferred = found.filter(({ family }) => family === first?.family);
  const other = found.filter(({ family }) => family !== first?.family);
  return Array.from({ length: Math.max(preferred.length, other.length) }, (_, i) => [preferred[i], other[i]])
    .flat()
    .flatMap((entry) => (entry === undefined ? [] : [entry.address]));
}
