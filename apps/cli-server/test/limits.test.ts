/** The file of limits: the printed one, the documented ones, and the source. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_LIMITS, limitsSchema } from '@countersign/auth-server/limits';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { administrate } from './administrator.ts';
import { folder } from './program.ts';

const numberSchema = z.object({ default: z.int(), minimum: z.int(), maximum: z.int() });

/** Returns every limit with its default and bounds in the form of the documented table. */
function rowsOf(schema: unknown, prefix = ''): string[] {
  const { properties } = z.object({ properties: z.record(z.string(), z.unknown()) }).parse(schema);
  return Object.entries(properties).flatMap(([key, inner]) => {
    const number = numberSchema.safeParse(inner);
    if (!number.success) return rowsOf(inner, `${prefix}${key}.`);
    const { default: usual, minimum, maximum } = number.data;
    return [`| \`${prefix}${key}\` | ${usual} | ${minimum}, ${maximum} |`];
  });
}

describe('limits', () => {
  it('are documented, each with its default and its bounds, and those up to a year in seconds', () => {
    const docs = readFileSync(new URL('../../../docs/programs.md', import.meta.url), 'utf8');
    const rows = docs.split('\n').filter((line) => /^\| `[\w.]+` \| \d+ \| \d+, \d+ \|/.test(line));
    const documented = rows.map((row) => row.split('|').slice(0, 4).join('|').concat('|'));
    expect(documented).toEqual(rowsOf(z.toJSONSchema(limitsSchema, { io: 'input' })));
    for (const row of rows) expect(row.includes('seconds')).toBe(row.includes('31536000'));
  });

  it('prints a file for start, and fills in the defaults of a given file', async () => {
    const { stdout, exit } = await administrate(folder(), ['limits'], { json: false });
    expect([exit, JSON.parse(stdout)]).toEqual([0, DEFAULT_LIMITS]);
    const file = join(folder(), 'limits.json');
    writeFileSync(file, '{"code":{"lockAfter":50}}');
    const { json } = await administrate(folder(), ['limits', file]);
    expect(json).toEqual([{ ...DEFAULT_LIMITS, code: { ...DEFAULT_LIMITS.code, lockAfter: 50 } }]);
    for (const mark of ['\ufeff', ''])
      for (const encoding of ['utf8', 'utf16le'] as const) {
        writeFileSync(file, Buffer.from(`${mark}{"code":{"lockAfter":50}}\r\n`, encoding));
        const { exit } = await administrate(folder(), ['limits', file]);
        expect({ mark, encoding, exit }).toEqual({
          mark,
          encoding,
          exit: mark || encoding === 'utf8' ? 0 : 2,
        });
      }
  });

  it.each([
    ['{"code":{"lockAfter":0}}', 'The limit code.lockAfter in FILE must be at least 1.'],
    ['{"code":{"lockAfter":1e12}}', 'The limit code.lockAfter in FILE must be at most'],
    ['{"code":{"lockAfter":"50"}}', 'The limit code.lockAfter in FILE must be a whole number.'],
    ['{"code":{"lockAfter":5.5}}', 'The limit code.lockAfter in FILE must be a whole number.'],
    ['{"code":5}', 'The limit code in FILE must be an object.'],
    ['{"code":{"lockafter":50}}', 'The limit code.lockafter in FILE is unknown.'],
    ['[]', 'The limits in FILE must be an object.'],
  ])('refuses a file with %s, and says what is wrong with which limit', async (text, message) => {
    const file = join(folder(), 'limits.json');
    writeFileSync(file, text);
    const { exit, json } = await administrate(folder(), ['limits', file]);
    expect([exit, json[0]?.code]).toEqual([2, 'bad_limits']);
    expect(String(json[0]?.message).replace(file, 'FILE')).toContain(message);
  });
});
