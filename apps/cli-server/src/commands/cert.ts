/** `cert …`: the certificate of the server. */
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Journal, keepServedKey, type ServedKey, servedKey } from '@countersign/auth-server/audit';
import {
  isoTime,
  moment,
  note,
  relative,
  replaceFile,
  sentence,
  several,
  usageError,
  warn,
  wholeNumber,
  withJson,
} from '@countersign/terminal';
import { namesOf, openIdentity, pinOf, renewCertificate } from '@countersign/tls-channel';
import { type Group, inStore, type On, type Opened, withStore } from '../command.ts';
import type { Settings } from '../settings.ts';
import { ownTlsFiles, readTlsFiles, type TlsFiles } from '../tls-files.ts';

interface RenewOptions {
  readonly days?: number | undefined;
  readonly name?: readonly string[] | undefined;
}

export const commands: Group = {
  show: {
    about: 'show its names, dates and pin',
    run: inStore(showCertificate),
    examples: withJson('names, dates and pin'),
  },
  renew: {
    about: 'renew the certificate with the same key, so that the pin stays; servers pick it up',
    takes: (command) =>
      command
        .option('--days <number>', 'how many days it is valid (default: ten years)', wholeNumber(1, 36_500))
        .option('--name <host>', 'a host name or address, can be repeated (default: as before)', several),
    run: renew,
    examples: {
      'for another ten years': '',
      'with a host name': '--name login.example.org --name localhost',
    },
  },
};

/** Shows the certificate of the servers, from `--tls-cert` or not. Before the first start, shows the one in the data directory. */
async function showCertificate(opened: Opened): Promise<void> {
  const served = await servedKey(opened.store);
  const certificate = served
    ? new X509Certificate(served.certificate)
    : openIdentity(await readTlsFiles(filesOf(opened.settings))).certificate;
  await sayCertificate(opened, 'certificate', certificate, served);
}

async function renew(on: On, { days, name }: RenewOptions): Promise<void> {
  const files = filesOf(on.settings);
  return withStore(on, async ({ io, store, world }) => {
    const identity = await readTlsFiles(files);
    const { cert } = await renewCertificate({
      ...identity,
      now: new Date(io.now()),
      days,
      hosts: name,
    }).catch((error: unknown) => {
      if (!(error instanceof RangeError)) throw error;
      throw usageError('usage', 'A name cannot be in a certificate.', 'Give host names and IP addresses.');
    });
    await replaceFile(files.cert, cert, 0o644);
    const journal = new Journal(world);
    await journal.commit([], [{ kind: 'admin.certificate_renewed' }]);
    const certificate = new X509Certificate(cert);
    const pin = pinOf(certificate);
    const served = await servedKey(store);
    const now = Math.floor(io.now() / 1000);
    if (served?.pin === pin)
      await keepServedKey({ store, journal }, { pin, certificate: certificate.toString(), now });
    await sayCertificate(on, 'certificate_renewed', certificate);
    if (served === undefined || served.pin === pin)
      note(io, 'The key and the pin are the same. Running servers use it within seconds.');
    else
      warn(
        io,
        'Servers use another certificate, given with --tls-cert, and will continue to. Renew that one where it was issued, with the same key.',
      );
  });
}

function filesOf({ dataDir }: Settings): TlsFiles {
  const files = ownTlsFiles(dataDir);
  if (existsSync(files.cert)) return files;
  throw usageError(
    'no_certificate',
    sentence`There is no certificate in ${dataDir}.`,
    'countersign-server start creates one, unless --tls-cert is used. Otherwise check --data-dir.',
  );
}

/** @param served when the servers' key was first used, and the one before */
function sayCertificate(
  { io, say }: On,
  event: 'certificate' | 'certificate_renewed',
  certificate: X509Certificate,
  { since, previous }: Partial<ServedKey> = {},
): Promise<void> {
  const pin = pinOf(certificate);
  const from = Date.parse(certificate.validFrom) / 1000;
  const to = Date.parse(certificate.validTo) / 1000;
  const names = namesOf(certificate);
  const fingerprint = certificate.fingerprint256;
  const isNew = since !== undefined && previous !== undefined;
  const key = { pin, pinSince: isoTime(since), previousPin: previous };
  const dates = { validFrom: isoTime(from), validTo: isoTime(to) };
  return say({
    json: { event, ...key, names, ...dates, fingerprint },
    fields: [
      ['Pin', pin],
      ['New since', isNew ? moment(since) : undefined],
      ['Previous pin', isNew ? previous : undefined],
      ['Names', names.join(', ')],
      ['Valid from', moment(from)],
      ['Valid to', `${moment(to)}, ${relative(to, io.now() / 1000)}`],
      ['SHA-256', fingerprint],
    ],
    notes: isNew
      ? [
          'The server has a new key. Clients that remember the previous pin refuse it: give users the new one.',
        ]
      : [],
  });
}
