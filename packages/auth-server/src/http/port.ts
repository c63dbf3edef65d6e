/** An HTTP port on the loopback interface, for proxies and monitoring on this machine. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { StoreError } from '@countersign/secure-store';
import { isOwnHost } from './host.ts';
import { inWords, type Reply, type Routes } from './route.ts';

const HOST = '127.0.0.1';
/** A request must be complete within this time, in milliseconds. */
const REQUEST_MILLISECONDS = 10_000;
/** A connection without a request in flight is closed after this time, in milliseconds. */
const IDLE_MILLISECONDS = 30_000;
const MOST_CONNECTIONS = 1024;
const MOST_HEADER_BYTES = 16 * 1024;

/** Options of `openHttpPort`. */
export interface HttpPortOptions {
  /** 0 selects any free port. */
  readonly port: number;
  /** Requests for its host are answered as well. */
  readonly issuerUrl?: string | undefined;
  /** Receives unexpected errors of routes. The client learns only that an error occurred. */
  readonly onFailure: (error: unknown) => void;
}

/** An open port, returned by `openHttpPort`. */
export interface HttpPort {
  readonly port: number;
  /** Adds routes. There are none at first. */
  add(routes: Routes): void;
  close(): Promise<void>;
}

/**
 * Opens a port.
 *
 * @throws the system's error if the port cannot be used
 */
export async function openHttpPort({ port, issuerUrl, onFailure }: HttpPortOptions): Promise<HttpPort> {
  const routes: Routes[] = [];
  const server = createServer(
    {
      maxHeaderSize: MOST_HEADER_BYTES,
      requestTimeout: REQUEST_MILLISECONDS,
      headersTimeout: REQUEST_MILLISECONDS,
      keepAliveTimeout: IDLE_MILLISECONDS,
    },
    (request, response) => {
      void answer(request)
        .catch((error: unknown) => {
          onFailure(error);
          return error instanceof StoreError
            ? inWords(503, 'the store cannot be used')
            : inWords(500, 'internal error');
        })
        .then((reply) => send(response, reply));
    },
  );
  server.maxConnections = MOST_CONNECTIONS;

  async function answer({ method, url = '', headers }: IncomingMessage): Promise<Reply> {
    if (!isOwnHost(headers.host, issuerUrl))
      return inWords(421, 'this port answers only to localhost and to the host of the issuer');
    const [, path = '', query] = /^([^?]*)\??(.*)$/s.exec(url) ?? [];
    const route = routes.find((each) => Object.hasOwn(each, path))?.[path];
    if (!route) return inWords(404, `not found; there is: ${routes.flatMap(Object.keys).sort().join(' ')}`);
    if (method !== 'GET' && method !== 'HEAD')
      return inWords(405, 'only GET and HEAD are allowed', { allow: 'GET, HEAD' });
    return route({ query: new URLSearchParams(query), headers });
  }

  server.listen(port, HOST);
  await once(server, 'listening');
  // Such as running out of descriptors: without a listener it would end the process.
  server.on('error', onFailure);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    add: (more) => void routes.push(more),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { 'x-content-type-options': 'nosniff', ...headers, ...length });
  response.end(body);
}
