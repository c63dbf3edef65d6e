/** The modules of a QR code (ISO/IEC 18004), as the `qrcode` package computes them. */
/// <reference path="./qrcode-core.d.ts" />
import { create } from 'qrcode/lib/core/qrcode.js';
import { TotpError } from './errors.ts';

/** How much damage a code survives: about 7 % or 15 % of it. Less makes a smaller code. */
export type Correction = 'L' | 'M';

/** Light modules that the standard wants on each side of a code. */
export const QUIET_ZONE = 4;

/** A square of modules with its quiet zone. */
export interface Modules {
  /** Modules along one side, quiet zone included. */
  readonly size: number;
  /** Whether the module is dark; everything outside the square is light. */
  isDark(row: number, column: number): boolean;
}

/** Throws `TotpError` `too_long` for a text that no QR code holds, `TypeError` for an empty one. */
export function qrModules(text: string, correction: Correction = 'M', quietZone = QUIET_ZONE): Modules {
  if (typeof text !== 'string' || text === '')
    throw new TypeError('"text" expected a text that is not empty');
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
