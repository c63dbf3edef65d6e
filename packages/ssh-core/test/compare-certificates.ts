import { formatLine } from '../src/index.ts';
import { randomCertificates } from './random-certificates.ts';
import { shownAs } from './shown.ts';
import { sshKeygen } from './ssh-keygen.ts';

/** Compares random certificates with what `ssh-keygen -L` shows of them. It also verifies their signatures. */
export async function compareCertificates(
  count: number,
  seed: number,
): Promise<{ ours: string[]; theirs: string[] }> {
  const certificates = await randomCertificates(count, seed);
  const file = certificates.map((certificate) => `${formatLine(certificate)}\n`).join('');
  const shown = await sshKeygen(['-L'], file);
  // Each certificate begins with a line that names the file; all others are indented.
  return { ours: certificates.map(shownAs), theirs: shown.split(/^\/.*\n/m).slice(1) };
}
