/** The server's certificate in words. */
import type { X509Certificate } from 'node:crypto';
import { isIPv6, SocketAddress } from 'node:net';
import type { ServedKey } from '@countersign/auth-server/audit';
import {
  type CliError,
  EXIT,
  type Io,
  isoTime,
  moment,
  note,
  printFields,
  printJson,
  relative,
  sentence,
  warn,
} from '@countersign/terminal';
import type { ChainProblem } from '@countersign/tls-channel';
import type { Settings } from '../settings.ts';
import { problem } from './voice.ts';

export async function showCertificateFacts(
  io: Io,
  { json }: Settings,
  event: 'certificate' | 'certificate_renewed',
  certificate: X509Certificate,
  { pin, since, previous }: { readonly pin: string } & Partial<Omit<ServedKey, 'certificate'>>,
): Promise<void> {
  const from = Date.parse(certificate.validFrom) / 1000;
  const to = Date.parse(certificate.validTo) / 1000;
  const names = (certificate.subjectAltName ?? '')
    .split(', ')
    .map((name) => asTyped(name.replace(/^[^:]*:/, '')));
  const fingerprint = certificate.fingerprint256;
  if (json)
    return printJson(io, {
      event,
      pin,
      ...(since === undefined ? {} : { pinSince: isoTime(since) }),
      ...(previous === undefined ? {} : { previousPin: previous }),
      names,
      validFrom: isoTime(from),
      validTo: isoTime(to),
      fingerprint,
    });
  await printFields(io, [
    ['Pin', pin],
    ...(since === undefined || previous === undefined
      ? []
      : ([
          ['New since', moment(since)],
          ['Pin before', previous],
        ] as const)),
    ['Names', names.join(', ')],
    ['Valid from', moment(from)],
    ['Valid to', `${moment(to)}, ${relative(to, io.now() / 1000)}`],
    ['SHA-256', fingerprint],
  ]);
  if (previous !== undefined)
    note(
      io,
      'The server has a new key. Clients that remember the pin before refuse it: tell their users the new one.',
    );
}

/** @param isShown whether servers show this certificate, and not one given with `--tls-cert` */
export function sayWhenTakenUp(io: Io, isShown: boolean): void {
  if (isShown) note(io, 'The key and the pin are the same. Running servers take it up within seconds.');
  else
    warn(
      io,
      'Servers show another certificate, given with --tls-cert, and go on showing it. Renew that one where it comes from, with the same key.',
    );
}

/** OpenSSL writes IPv6 addresses in capitals and with every zero. */
function asTyped(name: string): string {
  return isIPv6(name) ? new SocketAddress({ address: name, family: 'ipv6' }).address : name.toLowerCase();
}

/** What `start` warns of, for its log. */
export function chainWarning(file: string, found: ChainProblem): string {
  switch (found.problem) {
    case 'expired':
      return sentence`A certificate in ${file} expired at ${moment(found.when.getTime() / 1000)}: clients with --ca refuse this server.`;
    case 'not_yet_valid':
      return sentence`A certificate in ${file} is not valid before ${moment(found.when.getTime() / 1000)}: clients with --ca refuse this server until then.`;
    case 'no_issuer':
      return sentence`The issuer of the certificate in ${file} (${found.issuer}) is not in that file: unless it is the authority that clients name with --ca, they refuse this server. Append its certificate.`;
  }
}

export function noCertificateYet(dataDir: string): CliError {
  return problem(
    'no_certificate',
    EXIT.usage,
    sentence`There is no certificate in ${dataDir}.`,
    'countersign-server start makes one, unless it is given another; or look at --data-dir.',
  );
}

export function badHostName(): CliError {
  return problem(
    'usage',
    EXIT.usage,
    'One of the names cannot stand in a certificate.',
    'Give host names and IP addresses.',
  );
}
