/**
 * One table of the public functions: an invalid value for any parameter must end with `TypeError`,
 * `RangeError` or `SrpError`, never with a result or another kind of error.
 */
import { describe, expect, it } from 'vitest';
import * as srp from '../src/index.ts';
import { SrpError } from '../src/index.ts';
import { DIALECT_ROWS } from './bad-dialect-rows.ts';
import { ROWS as PRODUCT_ROWS, type Row } from './bad-rows.ts';
import { NOTHING_FITS } from './bad-values.ts';

const ROWS = [...PRODUCT_ROWS, ...DIALECT_ROWS];

/** Returns how a call ends: its error or its result, synchronous or not. */
async function endOf(row: Row, fields: unknown): Promise<unknown> {
  try {
    return { value: await row.call(fields as never) };
  } catch (error) {
    return error;
  }
}

const EXPECTED: unknown[] = [TypeError, RangeError, SrpError];
const GRAMMAR = expect.stringMatching(/^"[\w.]+"( and "b")? expected /);

describe.each(ROWS)('$name', (row) => {
  it('accepts valid arguments', async () => {
    expect(await endOf(row, row.good())).toHaveProperty('value');
  });

  it.each(Object.keys(row.bad))('refuses an invalid "%s"', async (name) => {
    for (const [what, value] of row.bad[name] ?? []) {
      const end = await endOf(row, { ...row.good(), [name]: value });
      expect(EXPECTED, `${name}: ${what} ended with ${String(end)}`).toContain(end?.constructor);
      // The message has the package's own format, unlike errors thrown later by JavaScript or Node.
      if (!(end instanceof SrpError)) expect(end, `${name}: ${what}`).toMatchObject({ message: GRAMMAR });
    }
  });
});

describe('an invalid options object', () => {
  const TAKING_OPTIONS = {
    startClient: srp.startClient,
    startServer: srp.startServer,
    computeVerifier: srp.computeVerifier,
    standInVerifier: srp.standInVerifier,
    stretchPassword: srp.stretchPassword,
    startDialectClient: srp.startDialectClient,
    startDialectServer: srp.startDialectServer,
    computeDialectVerifier: srp.computeDialectVerifier,
    replayDialect: srp.replayDialect,
  };

  it.each(Object.entries(TAKING_OPTIONS))('is refused by %s', async (_, call) => {
    for (const [what, value] of NOTHING_FITS) {
      const end = await endOf({ name: '', good: () => ({}), call, bad: {} }, value);
      expect(EXPECTED, what).toContain(end?.constructor);
    }
  });
});

it('covers every exported function with parameters', () => {
  const rows = ROWS.map(({ name }) => name.split(' ')[0]);
  const without = Object.entries(srp)
    .filter(([name, value]) => typeof value === 'function' && !rows.includes(name))
    .map(([name]) => name);
  expect(without.sort()).toEqual(
    [
      'SrpError',
      // Has no parameters.
      'generateSalt',
    ].sort(),
  );
});
