/** A QR code as SVG, sharp at any size, drawn by the `qrcode` package. */
import { render } from 'qrcode/lib/renderer/svg-tag.js';
import { QUIET_ZONE, qrCode } from './modules.ts';

/**
 * Returns an SVG document with `scale` pixels per module (8 by default), which viewers can scale freely.
 *
 * @throws {RangeError} for a scale that is not above 0
 * @throws {TotpError} too_long if the text does not fit a QR code
 */
export function qrSvg(text: string, { scale = 8 }: { scale?: number | undefined } = {}): string {
  if (!Number.isFinite(scale) || scale <= 0) throw new RangeError(`"scale" expected pixels, got ${scale}`);
  const code = qrCode(text);
  return render(code, { margin: QUIET_ZONE, width: (code.modules.size + 2 * QUIET_ZONE) * scale });
}
