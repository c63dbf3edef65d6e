/**
 * The parts of `qrcode` that compute modules and draw SVG. Its main entry also loads code for files, canvas and
 * PNG, which needs Node built-ins and twice the time.
 */
declare module 'qrcode/lib/core/qrcode.js' {
  export interface QrCode {
    readonly modules: { readonly size: number; readonly data: Uint8Array };
  }
  export function create(text: string, options: { errorCorrectionLevel: 'L' | 'M' | 'Q' | 'H' }): QrCode;
}

declare module 'qrcode/lib/renderer/svg-tag.js' {
  import type { QrCode } from 'qrcode/lib/core/qrcode.js';
  /** `margin` in modules, `width` in pixels. */
  export function render(code: QrCode, options: { margin: number; width: number }): string;
}
