/**
 * `node crowd-child.js KIND SIZE PORT`: keeps SIZE connections open from 16 loopback addresses. The `silent`
 * ones send nothing. The `dripping` ones complete the handshake, announce a frame and send it byte by byte.
 * One that the server ends is opened again after ten seconds.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { answerMeter } from '../login-cost/meter.ts';
import { sourceOf } from './sources.ts';

export type CrowdKind = 'silent' | 'dripping';

export interface CrowdCounts {
  readonly opened: number;
  readonly ended: number;
  readonly open: number;
}

/** Milliseconds. */
const PAUSE = 10_000;
/** Milliseconds between two bytes of a connection. */
const DRIP = 250;
/** Connections that are opened at once, so that the system's queue of them does not overflow. */
const AT_ONCE = 64;

const [, , kind = '', size = '', port = ''] = process.argv;
const counts = { opened: 0, ended: 0, open: 0 };

/** Resolves when it is open, or refused. */
function open(n: number): Promise<void> {
  return new Promise((resolve) => {
    const address = { host: '127.0.0.1', port: Number(port), localAddress: sourceOf(n) };
    const isOpen = () => {
      counts.opened += 1;
      counts.open += 1;
      socket.once('close', () => {
        counts.open -= 1;
        counts.ended += 1;
      });
      resolve();
    };
    const socket: Socket =
      kind === 'silent'
        ? connectTcp(address, isOpen)
        : connectTls({ ...address, ALPNProtocols: ['countersign/1'], rejectUnauthorized: false }, () => {
            isOpen();
            drip(socket);
          });
    socket.on('error', () => {});
    socket.resume();
    socket.once('close', () => {
      resolve();
      setTimeout(() => void open(n), PAUSE).unref();
    });
  });
}

function drip(socket: Socket): void {
  socket.write(Uint8Array.of(0, 0, 64, 0));
  const timer = setInterval(() => socket.write('{'), DRIP);
  socket.once('close', () => clearInterval(timer));
}

/** Opens every connection once. */
async function gather(): Promise<void> {
  let next = 0;
  const opener = async () => {
    while (next < Number(size)) {
      next += 1;
      await open(next);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, opener));
}

await gather();
answerMeter({}, { counts: (): CrowdCounts => ({ ...counts }) });
