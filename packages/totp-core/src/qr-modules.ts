/** The modules of a QR code (ISO/IEC 18004), computed by the `qrcode` package. */
/// <reference path="./qrcode-core.d.ts" />
import { create } from 'qrcode/lib/core/qrcode.js';
import { TotpError } from './errors.ts';

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

/**
 * Computes the modules of a text.
 *
 * @throws {TotpError} too_long if the text does not fit a QR code
 * @throws {TypeError} for an empty text
 */
export function qrModules(text: string, correction: Correction = 'M', quietZone = QUIET_ZONE): Modules {
  if (typeof text !== 'string' || text === '') throw new TypeError('"text" expected a non-empty text');
  const { size, data } = compute(text, correction);
  return {
    size: size + 2 * quietZone,
    isDark(row, column) {
      const y = row - quietZone;
      const x = column - quietZone;
      return y >= 0 && x >= 0 && y < size && x < size && data[y * size + x] === 1;
    },
  };
}

function compute(text: string, errorCorrectionLevel: Correction): { size: number; data: Uint8Array } {
  try {
    return create(text, { errorCorrectionLevel }).modules;
  } catch (cause) {
    throw new TotpError('too_long', 'the text does not fit a QR code', { cause });
  }
}
