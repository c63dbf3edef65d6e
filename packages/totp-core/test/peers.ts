/** Independent programs that the tests compare with. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from '../../../scripts/child-process.mjs';

function withFile<T>(name: string, content: Uint8Array | string, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-picture-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, content);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Returns what zbarimg reads from a PNG, or `undefined` if it finds no code. */
export function scan(png: Uint8Array): string | undefined {
  return withFile('code.png', png, (path) => {
    try {
      const args = ['-q', '--raw', '--nodbus', '-Sdisable', '-Sqrcode.enable', path];
      return execFileSync('zbarimg', args, { encoding: 'utf8', stdio: 'pipe' }).replace(/\n$/, '');
    } catch (error) {
      // Status 4: a picture without a code.
      if (error instanceof Error && 'status' in error && error.status === 4) return undefined;
      throw error;
    }
  });
}

/** Renders an SVG document with librsvg. */
export function drawSvg(svg: string): Buffer {
  return withFile('code.svg', svg, (path) => execFileSync('rsvg-convert', [path], { maxBuffer: 1 << 24 }));
}

/** Runs a Python script with `input` as JSON on standard input, and parses its output as JSON. */
export function runPython(script: string, input: unknown): unknown {
  const answer = execFileSync('/usr/bin/python3', ['-c', script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return JSON.parse(answer);
}
