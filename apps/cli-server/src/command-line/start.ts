/** The options of `start`, and the command itself as the command line knows it. */
import { isIP } from 'node:net';
import type { Io } from '@countersign/terminal';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { StartOptions } from '../commands/start.ts';
import { reachableAddress, wholeNumber } from './arguments.ts';
import type { Perform } from './perform.ts';

export function addStart(program: Command, io: Io, perform: Perform): void {
  program
    .command('start')
    .description(
      'start the server; the first time it asks for a new passphrase and makes store and certificate',
    )
    .option('--host <address>', 'address to listen at', listenHost, '127.0.0.1')
    .option('--port <number>', 'port to listen at, 0 for any free one', wholeNumber(0, 65_535), 8443)
    .option(
      '--public <host:port>',
      'where clients reach the server; kept in the store, for invitations',
      reachableAddress,
    )
    .option('--create', 'make the store if there is none, also with a passphrase or key from a file')
    .option('--workers <number>', 'how many processes share the work', wholeNumber(1, 64), 1)
    .addOption(
      new Option(
        '--registration <policy>',
        'who may register (default: open on this machine only, else invite)',
      ).choices(['open', 'invite', 'closed']),
    )
    .option('--issuer <name>', 'what authenticator apps show above the account', issuerName)
    .option('--tls-cert <file>', 'a certificate of your own, PEM')
    .option('--tls-key <file>', 'the private key that belongs to it, PEM')
    .option(
      '--limits <file>',
      'limits on guessing, a JSON file; countersign-server limits prints one to begin with',
    )
    .option('--audit-days <number>', 'keep audit events so long (default: 90)', wholeNumber(1, 36_500))
    .option('--metrics-port <number>', 'counters for Prometheus on this machine', wholeNumber(0, 65_535))
    .action((options: StartOptions) =>
      perform(async (settings) => (await import('../commands/start.ts')).start(io, settings, options)),
    );
}

/** An IP address or a host name; a port belongs to --port. */
function listenHost(text: string): string {
  if (isIP(text) === 0 && !/^(?=.{1,253}$)[\w.-]+$/.test(text))
    throw new InvalidArgumentError('Give an IP address or a host name; the port goes to --port.');
  return text;
}

/** Apps cut what is longer, and a colon ends the issuer in an otpauth label. */
function issuerName(text: string): string {
  if (text.trim() === '' || text.length > 40 || text.includes(':'))
    throw new InvalidArgumentError('Give 1 to 40 characters without a colon.');
  return text;
}
