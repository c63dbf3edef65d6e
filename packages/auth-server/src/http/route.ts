/** What a path of an HTTP port answers. */
import type { IncomingHttpHeaders } from 'node:http';

/** A request with GET or HEAD for a path that has a route. */
export interface RouteRequest {
  /** The parameters after the `?`. */
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** An answer. It contains no secret and no text of the request. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Uint8Array | undefined;
}

/** Answers the requests for one path. An error becomes the status 500, or 503 if the store cannot be used. */
export type Route = (request: RouteRequest) => Reply | Promise<Reply>;

/** The routes of a port by path. */
export type Routes = Readonly<Record<string, Route>>;

/** Returns an answer in words. */
export function inWords(status: number, text: string, headers: Reply['headers'] = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: `${text}\n` };
}

/** Returns an answer in JSON. */
export function inJson(value: unknown, headers: Reply['headers'] = {}): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', ...headers },
    body: `${JSON.stringify(value)}\n`,
  };
}
