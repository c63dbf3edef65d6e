/** `cert …`: the certificate that the server shows. */
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { openRegistry } from '@countersign/auth-server/accounts';
import { keepServedKey, servedKey } from '@countersign/auth-server/audit';
import { EXIT, type ExitCode, type Io } from '@countersign/terminal';
import { withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { replaceFile } from '../text-file.ts';
import { ownTlsFiles, readTlsFiles, type TlsFiles } from '../tls-files.ts';
import { badHostName, noCertificateYet, sayWhenTakenUp, showCertificateFacts } from '../ui/certificate.ts';

export interface RenewOptions {
  readonly days?: number;
  readonly name?: readonly string[];
}

/** What servers show, whether it is their own certificate or one given with `--tls-cert`; before the first start, what lies here. */
export async function showCertificate(io: Io, settings: Settings): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    const { openIdentity, pinOf } = await import('@countersign/tls-channel');
    const served = await servedKey(store);
    const certificate = served
      ? new X509Certificate(served.certificate)
      : openIdentity(await readTlsFiles(filesOf(settings))).certificate;
    await showCertificateFacts(
      io,
      settings,
      'certificate',
      certificate,
      served ?? { pin: pinOf(certificate) },
    );
    return EXIT.done;
  });
}

export async function renewOwnCertificate(
  io: Io,
  settings: Settings,
  { days, name }: RenewOptions,
): Promise<ExitCode> {
  const files = filesOf(settings);
  return withStore(io, settings, async (store) => {
    const { pinOf, renewCertificate } = await import('@countersign/tls-channel');
    const identity = await readTlsFiles(files);
    const { cert } = await renewCertificate({
      ...identity,
      now: new Date(io.now()),
      ...(days === undefined ? {} : { days }),
      ...(name === undefined ? {} : { hosts: name }),
    }).catch((error: unknown) => {
      throw error instanceof RangeError ? badHostName() : error;
    });
    await replaceFile(files.cert, cert, 0o644);
    const { journal } = openRegistry({ store, clock: io.now, randomBytes: io.randomBytes });
    await journal.commit([], [{ kind: 'admin.certificate_renewed' }]);
    const certificate = new X509Certificate(cert);
    const pin = pinOf(certificate);
    const now = Math.floor(io.now() / 1000);
    const served = await servedKey(store);
    if (served?.pin === pin)
      await keepServedKey({ store, journal }, { pin, certificate: certificate.toString(), now });
    await showCertificateFacts(io, settings, 'certificate_renewed', certificate, { pin });
    sayWhenTakenUp(io, served === undefined || served.pin === pin);
    return EXIT.done;
  });
}

function filesOf({ dataDir }: Settings): TlsFiles {
  const files = ownTlsFiles(dataDir);
  if (!existsSync(files.cert)) throw noCertificateYet(dataDir);
  return files;
}
