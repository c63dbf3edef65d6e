/** The QR code of an enrolment: on the terminal, or in a file that only its owner reads. */
import { type Io, placeBytes, showsUnicode } from '@countersign/terminal';
import type { Context } from './context.ts';
import type { QrTarget } from './options.ts';

/** Lines that the question below the code takes. */
const QUESTION_ROWS = 3;

/** Shows or saves the code as `target` says; a terminal is the default where there is one. */
export async function showQr(
  context: Context,
  otpauth: string,
  target: QrTarget = { kind: context.io.isTerminal ? 'terminal' : 'none' },
): Promise<void> {
  const { io, ui } = context;
  const { qrForTerminal, qrPng, qrSvg } = await import('@countersign/totp-core');
  switch (target.kind) {
    case 'none':
      return;
    case 'png':
      return save(context, target.file, qrPng(otpauth));
    case 'svg':
      return save(context, target.file, qrSvg(otpauth));
    case 'terminal': {
      const { rows, columns, unicode } = roomFor(io);
      const drawn = qrForTerminal(otpauth, { columns, rows: rows - QUESTION_ROWS, unicode });
      if (drawn.ok) return ui.qrCode(drawn.text);
      ui.qrTooLarge({ columns: drawn.columns, rows: drawn.rows + QUESTION_ROWS }, { columns, rows });
    }
  }
}

async function save({ ui }: Context, file: string, picture: string | Uint8Array): Promise<void> {
  try {
    await placeBytes({ path: file, mode: 0o600, replace: true }, picture);
    ui.qrSaved(file);
  } catch (error) {
    ui.qrNotSaved(file, error);
  }
}

/** A stream that is no terminal has room for everything. */
function roomFor(io: Io): { columns: number; rows: number; unicode: boolean } {
  const endless = Number.POSITIVE_INFINITY;
  const unicode = showsUnicode(io.env);
  if (io.stderr.isTTY !== true) return { columns: endless, rows: endless, unicode };
  return { columns: io.columns, rows: io.stderr.rows ?? 24, unicode };
}
