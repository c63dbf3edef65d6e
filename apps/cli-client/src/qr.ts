/** The QR code of an enrolment: on the terminal, or in a file that only its owner can read. */
import { type Io, note, placeBytes, sentence, showsUnicode, systemReason, warn } from '@countersign/terminal';
import { InvalidArgumentError } from 'commander';

/** Where the QR code goes. */
export type QrTarget = { readonly kind: 'terminal' } | { readonly kind: 'none' } | PictureFile;

interface PictureFile {
  readonly kind: 'png' | 'svg';
  readonly file: string;
}

/** Reads `png:FILE` or `svg:FILE`, which may also be typed where a first code is asked for. */
export function parsePictureFile(text: string): PictureFile | undefined {
  const [, kind, file] = /^(png|svg):(.+)$/s.exec(text) ?? [];
  return file === undefined ? undefined : { kind: kind === 'png' ? 'png' : 'svg', file };
}

export function parseQrTarget(text: string): QrTarget {
  const target = text === 'terminal' || text === 'none' ? ({ kind: text } as const) : parsePictureFile(text);
  if (!target) throw new InvalidArgumentError('It is terminal, none, png:FILE or svg:FILE.');
  return target;
}

/** Lines that the question below the code takes. */
const QUESTION_ROWS = 3;

/** Shows or saves the code. */
export async function showQr(io: Io, otpauth: string, target: QrTarget): Promise<void> {
  if (target.kind === 'none') return;
  const { qrForTerminal, qrPng, qrSvg } = await import('@countersign/totp-core');
  if (target.kind !== 'terminal') {
    const { kind, file } = target;
    try {
      const picture = kind === 'png' ? qrPng(otpauth) : qrSvg(otpauth);
      await placeBytes({ path: file, mode: 0o600, replace: true }, picture);
      note(io, sentence`The QR code is in ${file}. It contains the key: delete the file once it is scanned.`);
    } catch (error) {
      warn(
        io,
        sentence`The QR code could not be written to ${file}: ${systemReason(error)}. Type the key into the app instead.`,
      );
    }
    return;
  }
  // A stream that is not a terminal has room for everything.
  const isTerminal = io.stderr.isTTY === true;
  const columns = isTerminal ? io.columns : Number.POSITIVE_INFINITY;
  const rows = isTerminal ? (io.stderr.rows ?? 24) : Number.POSITIVE_INFINITY;
  const unicode = showsUnicode(io.env);
  const drawn = qrForTerminal(otpauth, { columns, rows: rows - QUESTION_ROWS, unicode });
  if (drawn.ok) return note(io, drawn.text);
  warn(
    io,
    `The QR code needs ${drawn.columns} columns and ${drawn.rows + QUESTION_ROWS} lines, and this window has ${columns} and ${rows}. Type png:FILE to save the code as a picture, or make the window larger and press Enter, or type the key into the app.`,
  );
}
