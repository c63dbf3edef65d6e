/**
 * The part of `qrcode` that computes modules. Its main entry also loads code for files, canvas and PNG, which
 * needs Node built-ins and twice the time.
 */
declare module 'qrcode/lib/core/qrcode.js' {
  export function create(
    text: string,
    options: { errorCorrectionLevel: 'L' | 'M' | 'Q' | 'H' },
  ): { modules: { size: number; data: Uint8Array } };
}
