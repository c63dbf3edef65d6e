/** What `start` prints when the server listens, and what it warns about. */
import type { RegistrationPolicy } from '@countersign/auth-server';
import type { ServingAt } from '@countersign/auth-server/fleet';
import {
  callOf,
  type Io,
  moment,
  note,
  printJson,
  printLine,
  sentence,
  styleFor,
} from '@countersign/terminal';
import { type ChainProblem, formatAddress, ownHostName } from '@countersign/tls-channel';
import type { Settings } from '../settings.ts';
import { serverCall } from './messages.ts';

export interface ListeningAt extends ServingAt {
  readonly registration: RegistrationPolicy;
  /** The store was created by this start. */
  readonly isNew?: boolean | undefined;
  readonly httpPort?: number | undefined;
  readonly metricsPort?: number | undefined;
}

const POLICIES: Readonly<Record<RegistrationPolicy, string>> = {
  open: 'open to anyone who can reach this server',
  invite: 'by invitation',
  closed: 'closed',
};

export async function printListening(io: Io, settings: Settings, at: ListeningAt): Promise<void> {
  const { host, port, pin, publicAddress, registration, isNew, httpPort, metricsPort } = at;
  if (settings.json) {
    const created = isNew || undefined;
    const more = { public: publicAddress, created, registration, httpPort, metricsPort };
    return printJson(io, { event: 'listening', host, port, pin, ...more });
  }
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const server = publicAddress ?? formatAddress(isEverywhere ? ownHostName() : host, port);
  // A guess without --public: a machine does not know the name that others use for it.
  const guessed = publicAddress === undefined ? ['--server', server] : [];
  const calls: Readonly<Record<RegistrationPolicy, readonly (readonly [name: string, call: string])[]>> = {
    open: [['To register', callOf(io, 'countersign', 'register', '--server', server)]],
    invite: [
      ['To invite', serverCall(io, settings, 'invite', 'create', ...guessed)],
      ['To register', callOf(io, 'countersign', 'register', '--invite-file', '-')],
    ],
    closed: [],
  };
  const { bold, dim } = styleFor(io.stdout, io.env);
  const lines: readonly (readonly [name: string, value: string])[] = [
    ...(isNew ? [['New store', settings.store.text] as const] : []),
    ['Listening on', bold(formatAddress(host, port))],
    ['Pin', pin],
    ['Registration', POLICIES[registration]],
    ...calls[registration].map(([name, call]) => [name, bold(call)] as const),
    ['To log in', bold(callOf(io, 'countersign', 'login', '--server', server))],
    ...(httpPort === undefined ? [] : [['Public HTTP', `http://127.0.0.1:${httpPort}`] as const]),
    ...(metricsPort === undefined ? [] : [['Metrics', `http://127.0.0.1:${metricsPort}/metrics`] as const]),
  ];
  for (const [name, value] of lines) await printLine(io, `${name.padEnd(12)}  ${value}`, 14);
  if (io.isTerminal)
    note(io, dim('Run these commands in another terminal. Press Ctrl-C to stop the server.'));
}

/** A problem of the certificate, for the log. */
export function chainWarning(file: string, found: ChainProblem): string {
  if (found.problem === 'no_issuer')
    return sentence`The certificate in ${file} was issued by ${found.issuer}, whose certificate is not in that file. Clients with --ca refuse this server unless they name exactly this authority. Append its certificate.`;
  const when = moment(found.when.getTime() / 1000);
  return found.problem === 'expired'
    ? sentence`A certificate in ${file} expired at ${when}: clients with --ca refuse this server.`
    : sentence`A certificate in ${file} is not valid before ${when}: clients with --ca refuse this server until then.`;
}
