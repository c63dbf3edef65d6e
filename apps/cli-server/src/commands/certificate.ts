/** `cert …`: the certificate that the server made for itself. */
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Journal } from '@countersign/auth-server/audit';
import { EXIT, type ExitCode, type Io } from '@countersign/terminal';
import type { RenewOptions } from '../command-line/certificate.ts';
import { checkDirectories } from '../data-dir.ts';
import { withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { replaceFile } from '../text-file.ts';
import { ownTlsFiles, readTlsFiles, type TlsFiles } from '../tls-files.ts';
import { badHostName, noCertificateYet, showCertificateFacts } from '../ui/certificate.ts';

export async function showCertificate(io: Io, settings: Settings): Promise<ExitCode> {
  await checkDirectories(settings);
  const { openIdentity, pinOf } = await import('@countersign/tls-channel');
  const { certificate } = openIdentity(await readTlsFiles(filesOf(settings)));
  await showCertificateFacts(io, settings, 'certificate', certificate, pinOf(certificate));
  return EXIT.done;
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
    const journal = new Journal({ store, clock: io.now, randomBytes: io.randomBytes });
    await journal.commit([], [{ kind: 'admin.certificate_renewed' }]);
    await showCertificateFacts(io, settings, 'certificate_renewed', new X509Certificate(cert), pinOf(cert));
    return EXIT.done;
  });
}

function filesOf({ dataDir }: Settings): TlsFiles {
  const files = ownTlsFiles(dataDir);
  if (!existsSync(files.cert)) throw noCertificateYet(dataDir);
  return files;
}
