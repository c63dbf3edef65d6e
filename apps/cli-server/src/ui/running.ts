/** What the server says when it listens and while it runs. */
import { hostname } from 'node:os';
import {
  exactMoment,
  type Io,
  note,
  plain,
  printJson,
  printLine,
  sentence,
  styleFor,
} from '@countersign/terminal';
import type { CodedError } from '../explain.ts';
import type { Settings } from '../settings.ts';

export const newCertificate =
  'There was no certificate, and a new one was made. Clients that remember the old one will refuse this server.';

export interface ListeningAt {
  readonly host: string;
  readonly port: number;
  readonly pin: string;
  /** Where the counters are, if anywhere. */
  readonly metricsPort?: number | undefined;
}

export async function sayListening(io: Io, { json }: Settings, at: ListeningAt): Promise<void> {
  const { host, port, pin, metricsPort } = at;
  const counters = metricsPort === undefined ? {} : { metricsPort };
  if (json) return printJson(io, { event: 'listening', host, port, pin, ...counters });
  const everywhere = host === '0.0.0.0' || host === '::';
  const server = addressOf(everywhere ? hostname() : host, port);
  const client = io.env.npm_lifecycle_event === 'start' ? 'npm run client --' : 'countersign';
  const style = styleFor(io.stdout, io.env);
  await printLine(io, `Listening at  ${style.bold(addressOf(host, port))}`);
  await printLine(io, `Pin           ${pin}`);
  await printLine(io, `Users type    ${style.bold(`${client} --server ${plain(server)}`)}`);
  if (metricsPort !== undefined) await printLine(io, `Counters      http://127.0.0.1:${metricsPort}/metrics`);
  if (io.isTerminal) note(io, style.dim('Ctrl-C ends the server.'));
}

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A line of the log for a person. */
export function logLine(io: Io, text: string, tone: 'plain' | 'warning' | 'alarm' = 'plain'): void {
  const style = styleFor(io.stderr, io.env);
  const paint = { plain: (line: string) => line, warning: style.yellow, alarm: style.red }[tone];
  note(io, `${style.dim(exactMoment(io.now() / 1000))}  ${paint(text)}`);
}

const REFUSED: Readonly<Record<string, string>> = {
  busy: 'too many connections from there',
  not_countersign: 'it speaks another protocol',
};

export function connectionRefused(source: string, because: string): string {
  return sentence`connection from ${source} refused: ${REFUSED[because] ?? 'no TLS 1.3 was agreed'}`;
}

export function protocolBroken(source: string): string {
  return sentence`connection from ${source} closed: it broke the protocol`;
}

export function failureInside(error: unknown): string {
  return sentence`something failed inside the server: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
}

export function workerDied({ message }: CodedError): string {
  return sentence`A worker process ended (${message}) and is being replaced.`;
}

export function workerNotReplaced(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return sentence`A new worker process could not start: ${why}`;
}
