/** The modules of a QR code (ISO/IEC 18004), computed by the `qrcode` package. */
/// <reference path="./qrcode-lib.d.ts" />
import { create, type QrCode } from 'qrcode/lib/core/qrcode.js';
import { TotpError } from '../errors.ts';

/** How much damage a code survives: about 7 % or 15 %. Less makes a smaller code. */
export type Correction = 'L' | 'M';

/** The number of light modules that the standard requires on each side of a code. */
export const QUIET_ZONE = 4;

/** A square of modules with its quiet zone. */
export interface Modules {
  /** Modules along one side, quiet zone included. */
  readonly size: number;
  /** Returns whether the module is dark. Everything outside the square is light. */
  isDark(row: number, column: number): boolean;
}

/** Computes the modules of a text. Throws as `qrCode` does. */
export function qrModules(text: string, correction: Correction = 'M', quietZone = QUIET_ZONE): Modules {
  const { size, data } = qrCode(text, correction).modules;
  return {
    size: size + 2 * quietZone,
    isDark(row, column) {
      const y = row - quietZone;
      const x = column - quietZone;
      return y >= 0 && x >= 0 && y < size && x < size && data[y * size + x] === 1;
    },
  };
}

/**
 * Computes the QR code of a text, without its quiet zone.
 *
 * @throws {TotpError} too_long if the text does not fit a QR code
 * @throws {TypeError} for an empty text
 */
export function qrCode(text: string, errorCorrectionLevel: Correction = 'M'): QrCode {
  if (typeof text !== 'string' || text === '') throw new TypeError('"text" expected a non-empty text');
  try {
    return create(text, { errorCorrectionLevel });
  } catch (cause) {
    throw new TotpError('too_long', 'the text does not fit a QR code', { cause });
  }
}
