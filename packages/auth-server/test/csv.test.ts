/** Comma-separated values as the old system wrote them (RFC 4180). */
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../src/accounts/csv.ts';

describe('comma-separated values', () => {
  it('hold quotes, commas and line breaks inside quotes', () => {
    expect(parseCsv('a,"b,""c""\r\nd",e\r\n\r\nf,,\n')).toEqual({
      ok: true,
      records: [
        { line: 1, fields: ['a', 'b,"c"\r\nd', 'e'] },
        { line: 4, fields: ['f', '', ''] },
      ],
    });
    expect(parseCsv('a,')).toEqual({ ok: true, records: [{ line: 1, fields: ['a', ''] }] });
    expect(parseCsv('')).toEqual({ ok: true, records: [] });
  });

  it('may be long, with a quote that is never closed before all of it', () => {
    const long = 'user,01,02,03\n'.repeat(2_000_000);
    expect(parseCsv(`a,"b\n${long}`)).toEqual({ ok: false, line: 1 });
    expect(parseCsv(`a,"${'""'.repeat(10_000_000)}`)).toEqual({ ok: false, line: 1 });
    expect(parseCsv(`a,"${long}"`)).toEqual({ ok: true, records: [{ line: 1, fields: ['a', long] }] });
  });

  it('name the line of a quote that is never closed', () => {
    expect(parseCsv('a,b\nc,"d\n')).toEqual({ ok: false, line: 2 });
  });
});
