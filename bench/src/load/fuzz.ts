/**
 * Hostile input in large numbers: bytes for the decoder and the schemas, conversations for a session, and
 * conversations for a server over TLS. None may do anything but end its own connection.
 */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { createServices, DEFAULT_SERVER_PROFILE, type Services, Session } from '@countersign/auth-server';
import { memoryBackend, openStore } from '@countersign/secure-store';
import {
  type ClientMessage,
  Connection,
  type Message,
  RemoteProtocolError,
} from '@countersign/wire-protocol';
import { frameOf, hostileBytes, hostileMessage, validMessage } from './hostile.ts';
import { faultsOf, type Outcome } from './outcome.ts';
import { LIMITS, LoadServer } from './server.ts';

/** Of a thousand inputs, how many are messages to a session, and how many reach a server over TLS. */
const TO_SESSIONS = 50;
const OVER_TLS = 5;
const MOST_MESSAGES = 6;
/** Milliseconds after which a client that the server has not ended leaves. */
const PATIENCE = 50;

/** The order in which a client that means well would say it. */
const USUAL: readonly (readonly ClientMessage['type'][])[] = [
  ['login.start', 'register.start', 'invite.start'],
  ['login.proof', 'register.confirm'],
  ['totp.submit', 'recovery.submit', 'register.confirm'],
];

export async function fuzz(size: number): Promise<Outcome> {
  const server = await LoadServer.start(2);
  const [toSessions, overTls] = [Math.ceil((size * TO_SESSIONS) / 1000), Math.ceil((size * OVER_TLS) / 1000)];
  const toDecoders = Math.max(0, size - toSessions - overTls);
  const faults: unknown[] = [];

  let rejected = 0;
  for (let n = 0; n < toDecoders; n++) if (decode(hostileBytes(), faults) === undefined) rejected += 1;
  const answered = await converse(toSessions, faults);
  const ended = await sendOverTls(server, overTls);

  const { failures } = await server.resources();
  const honest = await server.timedLogin(0, false).catch((error: unknown) => {
    faults.push(error);
    return Number.NaN;
  });
  await server.close();
  for (const fault of faults.slice(0, 10)) console.error(fault);
  return {
    counts: {
      inputs: toDecoders + toSessions + overTls,
      bytesForDecoders: toDecoders,
      rejected,
      messagesForSessions: toSessions,
      answered,
      overTls,
      endedByServer: ended,
      failures: failures + faults.length,
    },
    faults: faultsOf([
      [faults.length === 0, `${faults.length} inputs did more than end their connection`],
      [failures === 0, `the server reported ${failures} failures`],
      [Number.isFinite(honest), 'no login succeeded afterwards'],
    ]),
  };
}

/** Returns the messages, or `undefined` if the bytes were rejected as they should be. */
function decode(bytes: Uint8Array, faults: unknown[]): Message[] | undefined {
  const connection = new Connection({ role: randomInt(2) === 0 ? 'server' : 'client' });
  return receive(connection, bytes, faults);
}

/** Feeds the bytes in two pieces. */
function receive(connection: Connection, bytes: Uint8Array, faults: unknown[]): Message[] | undefined {
  const cut = randomInt(bytes.length + 1);
  try {
    return [...connection.receive(bytes.subarray(0, cut)), ...connection.receive(bytes.subarray(cut))];
  } catch (error) {
    if (!(error instanceof RemoteProtocolError)) faults.push(error);
    return undefined;
  }
}

/** Conversations with sessions on a store in memory. Returns how many messages were answered. */
async function converse(messages: number, faults: unknown[]): Promise<number> {
  const store = await openStore({
    backend: memoryBackend(),
    passphrase: 'a passphrase for load',
    create: 'if-empty',
    kdf: { m: 8, t: 1, p: 1 },
  });
  let now = 1_800_000_000_000;
  const services = createServices({
    store,
    clock: () => now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    registration: 'open',
    limits: LIMITS,
    profile: DEFAULT_SERVER_PROFILE,
  });
  let answered = 0;
  for (let said = 0; said < messages; ) {
    now += 60_000;
    const length = Math.min(randomInt(1, MOST_MESSAGES), messages - said);
    answered += await converseOnce(services, length, faults);
    said += length;
  }
  await store.close();
  return answered;
}

async function converseOnce(services: Services, length: number, faults: unknown[]): Promise<number> {
  const connection = new Connection({ role: 'server' });
  const facts = { binding: new Uint8Array(32), source: `192.0.2.${randomInt(256)}` };
  const session = new Session(services, facts, (error) => faults.push(error));
  let answered = 0;
  for (let n = 0; n < length && !session.isOver; n++) {
    const message = randomInt(4) === 0 ? hostileMessage() : validMessage(USUAL[n % USUAL.length]);
    const received = receive(connection, frameOf(message), faults);
    if (received === undefined) break;
    for (const one of received)
      for (const reply of await session.handle(one)) {
        connection.send(reply);
        answered += 1;
      }
  }
  session.end();
  return answered;
}

/** Returns how many connections the server ended. */
async function sendOverTls({ facts }: LoadServer, connections: number): Promise<number> {
  let ended = 0;
  const one = async () => {
    const socket = connect({
      host: '127.0.0.1',
      port: facts.port,
      ALPNProtocols: ['countersign/1'],
      rejectUnauthorized: false,
    });
    socket.on('error', () => {});
    socket.once('secureConnect', () => {
      socket.write(hostileBytes());
      socket.write(hostileBytes());
      setTimeout(() => socket.destroy(), PATIENCE);
    });
    socket.once('end', () => {
      ended += 1;
    });
    socket.resume();
    await once(socket, 'close');
  };
  const client = async () => {
    while (left > 0) {
      left -= 1;
      await one();
    }
  };
  let left = connections;
  await Promise.all(Array.from({ length: 16 }, client));
  return ended;
}
