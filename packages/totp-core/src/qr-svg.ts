/** A QR code as SVG: a white square and one path of dark runs, sharp at any size. */
import { qrModules } from './qr-modules.ts';

/** Returns an SVG document with `scale` pixels per module (8 by default), which viewers can scale freely. */
export function qrSvg(text: string, { scale = 8 }: { scale?: number } = {}): string {
  if (!Number.isFinite(scale) || scale <= 0) throw new RangeError(`"scale" expected pixels, got ${scale}`);
  const modules = qrModules(text);
  const { size } = modules;
  let path = '';
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let run = 0;
      while (modules.isDark(row, column + run)) run++;
      if (run > 0) path += `M${column} ${row}h${run}v1h-${run}z`;
      column += run;
    }
  const pixels = size * scale;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${pixels}" height="${pixels}" viewBox="0 0 ${size} ${size}" ` +
    `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>\n`
  );
}
