/** What the server says when it listens and while it runs. */
import type { RegistrationPolicy } from '@countersign/auth-server';
import {
  duration,
  exactMoment,
  type Io,
  note,
  printJson,
  printLine,
  sentence,
  styleFor,
} from '@countersign/terminal';
import { formatAddress } from '@countersign/tls-channel';
import type { CodedError } from '../coded-error.ts';
import { ownHostName } from '../own-host.ts';
import type { ServingAt } from '../serving/serve.ts';
import type { Settings } from '../settings.ts';
import { clientCall, serverCall } from './calls.ts';

export interface ListeningAt extends ServingAt {
  readonly registration: RegistrationPolicy;
  /** The store was made by this start. */
  readonly isNew?: boolean;
  /** Where the counters are, if anywhere. */
  readonly metricsPort?: number | undefined;
}

export async function sayListening(io: Io, settings: Settings, at: ListeningAt): Promise<void> {
  const { host, port, pin, publicAddress, registration, isNew, metricsPort } = at;
  if (settings.json)
    return printJson(io, {
      event: 'listening',
      host,
      port,
      pin,
      public: publicAddress,
      created: isNew || undefined,
      registration,
      metricsPort,
    });
  const everywhere = host === '0.0.0.0' || host === '::';
  const server = publicAddress ?? formatAddress(everywhere ? ownHostName() : host, port);
  const { bold, dim } = styleFor(io.stdout, io.env);
  const lines: readonly (readonly [name: string, value: string])[] = [
    ...(isNew ? [['New store', settings.store.text] as const] : []),
    ['Listening at', bold(formatAddress(host, port))],
    ['Pin', pin],
    ['Registration', POLICIES[registration]],
    ...registering(io, settings, { registration, publicAddress, server }).map(
      ([name, call]) => [name, bold(call)] as const,
    ),
    ['To log in', bold(clientCall(io, 'login', '--server', server))],
    ...(metricsPort === undefined ? [] : [['Counters', `http://127.0.0.1:${metricsPort}/metrics`] as const]),
  ];
  for (const [name, value] of lines) await printLine(io, `${name.padEnd(12)}  ${value}`, 14);
  if (io.isTerminal) note(io, dim('The commands are for another terminal. Ctrl-C ends the server.'));
}

const POLICIES: Readonly<Record<RegistrationPolicy, string>> = {
  open: 'open to anyone who can reach this server',
  invite: 'by invitation',
  closed: 'closed',
};

/** What to type for a new account, by the administrator and by the user. */
function registering(
  io: Io,
  settings: Settings,
  {
    registration,
    publicAddress,
    server,
  }: Pick<ListeningAt, 'registration' | 'publicAddress'> & { readonly server: string },
): readonly (readonly [name: string, call: string])[] {
  switch (registration) {
    case 'open':
      return [['To register', clientCall(io, 'register', '--server', server)]];
    case 'invite': {
      // A guess unless --public was given: a machine does not know the name that others reach it by.
      const there = publicAddress === undefined ? ['--server', server] : [];
      return [
        ['To invite', serverCall(io, settings, 'invite', 'create', ...there)],
        ['To register', clientCall(io, 'register', '--invite-file', '-')],
      ];
    }
    case 'closed':
      return [];
  }
}

/** A line of the log for a person. */
export function logLine(io: Io, text: string, tone: 'plain' | 'warning' | 'alarm' = 'plain'): void {
  const style = styleFor(io.stderr, io.env);
  const paint = { plain: (line: string) => line, warning: style.yellow, alarm: style.red }[tone];
  note(io, `${style.dim(exactMoment(io.now() / 1000))}  ${paint(text)}`);
}

const REFUSED: Readonly<Record<string, string>> = {
  busy: 'too many connections',
  not_countersign: 'it speaks another protocol',
};

export function connectionRefused(source: string, because: string): string {
  return sentence`connection from ${source} refused: ${REFUSED[because] ?? 'no TLS 1.3 was agreed'}`;
}

export function protocolBroken(source: string): string {
  return sentence`connection from ${source} closed: it broke the protocol`;
}

/** A line of the log that stood for more than one event; `seconds` from the first to the last of them. */
export function repeated(words: string, count: number, seconds: number): string {
  const times = count === 1 ? 'once more' : `${count} more times`;
  return seconds < 1 ? `${words}, ${times}` : `${words}, ${times} in ${duration(Math.floor(seconds))}`;
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
