/** The options every command takes, as they come from the command line and the environment. */
import { InvalidArgumentError } from 'commander';

/** Where the QR code of an enrolment goes. */
export type QrTarget = { readonly kind: 'terminal' } | { readonly kind: 'none' } | PictureFile;

interface PictureFile {
  readonly kind: 'png' | 'svg';
  readonly file: string;
}

/** What commander reads; nothing is checked yet but the form of `--qr`. */
export interface GivenOptions {
  readonly server?: string;
  readonly ca?: string;
  readonly pin?: string;
  readonly json?: boolean;
  readonly passwordFile?: string;
  readonly code?: readonly string[];
  /** `-` is a prompt or standard input. */
  readonly inviteFile?: string;
  readonly qr?: QrTarget;
}

/** `png:FILE` or `svg:FILE`, which may also be typed where a first code is asked for. */
export function parsePictureFile(text: string): PictureFile | undefined {
  const match = /^(?<kind>png|svg):(?<file>.+)$/s.exec(text);
  const { kind, file } = match?.groups ?? {};
  if (file === undefined || (kind !== 'png' && kind !== 'svg')) return undefined;
  return { kind, file };
}

export function parseQrTarget(text: string): QrTarget {
  if (text === 'terminal' || text === 'none') return { kind: text };
  const picture = parsePictureFile(text);
  if (!picture) throw new InvalidArgumentError('It is terminal, none, png:FILE or svg:FILE.');
  return picture;
}
