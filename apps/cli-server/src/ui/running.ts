/** What the server says when it listens and while it runs. */
import type { RegistrationPolicy, ServerEvent } from '@countersign/auth-server';
import type { ServingAt } from '@countersign/auth-server/fleet';
import type { LogEntry } from '@countersign/auth-server/log';
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
import { ownHostName } from '../own-host.ts';
import type { Settings } from '../settings.ts';
import { clientCall, serverCall } from './calls.ts';
import { eventInWords } from './events.ts';

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

/** Prints one line of the log for a person. */
export function logLine(io: Io, text: string, level: LogEntry['level'] = 'info'): void {
  const { dim, yellow, red } = styleFor(io.stderr, io.env);
  const paint = { info: (line: string) => line, warn: yellow, error: red }[level];
  note(io, `${dim(exactMoment(io.now() / 1000))}  ${paint(text)}`);
}

/** An entry of the log in words, with how often it was repeated. */
export function entryInWords({ name, event, repeats }: LogEntry): string {
  const words = event === undefined ? name : serverEventInWords(event);
  if (repeats === undefined) return words;
  const times = repeats.count === 1 ? 'once more' : `${repeats.count} more times`;
  const span = repeats.seconds < 1 ? '' : ` in ${duration(Math.floor(repeats.seconds))}`;
  return `${words}, ${times}${span}`;
}

const REFUSED: Readonly<Record<string, string>> = {
  busy: 'too many connections',
  not_countersign: 'it does not speak this protocol',
};

function serverEventInWords(event: ServerEvent): string {
  switch (event.kind) {
    case 'audited':
      return eventInWords(event.event);
    case 'failure': {
      const { error } = event;
      return sentence`internal error: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
    }
    case 'disconnected':
      if (event.because === 'protocol')
        return sentence`connection from ${event.source} closed: protocol violation`;
      return connectionRefused(event);
    case 'refused':
      return connectionRefused(event);
    default:
      return event.kind;
  }
}

function connectionRefused({ source, because }: { source: string; because: string }): string {
  return sentence`connection from ${source} refused: ${REFUSED[because] ?? 'no TLS 1.3 handshake'}`;
}

/** Trouble with a worker process, for the log. `error` is in the administrator's words. */
export function workerTrouble(what: 'died' | 'not_replaced', error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return what === 'died'
    ? sentence`A worker process ended (${why}) and is being replaced.`
    : sentence`A new worker process could not start: ${why}`;
}
