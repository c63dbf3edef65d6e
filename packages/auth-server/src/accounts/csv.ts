/**
 * Comma-separated values as RFC 4180 §2 has them: quotes around fields, doubled inside; CRLF or LF. Gives the
 * records with the line each begins on, or the line of a quote that is never closed or stands where none may.
 */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

export function parseCsv(text: string): { ok: true; records: CsvRecord[] } | { ok: false; line: number } {
  const records: CsvRecord[] = [];
  const plain = /[^",\r\n]*/y;
  const end = /,|\r?\n|$/y;
  let line = 1;
  let begun = 1;
  let fields: string[] = [];
  let at = 0;
  while (at < text.length) {
    let after: number;
    if (text[at] === '"') {
      const close = closingQuote(text, at + 1);
      if (close < 0) return { ok: false, line };
      after = close + 1;
      fields.push(text.slice(at + 1, close).replaceAll('""', '"'));
    } else {
      plain.lastIndex = at;
      plain.test(text);
      after = plain.lastIndex;
      fields.push(text.slice(at, after));
    }
    end.lastIndex = after;
    const separator = end.exec(text)?.[0];
    if (separator === undefined) return { ok: false, line };
    const next = after + separator.length;
    line += text.slice(at, next).split('\n').length - 1;
    at = next;
    if (separator === ',' && at < text.length) continue;
    if (separator === ',') fields.push('');
    if (fields.length > 1 || fields[0] !== '') records.push({ line: begun, fields });
    fields = [];
    begun = line;
  }
  return { ok: true, records };
}

/** A search, since a pattern over a long text remembers every step it may have to take back. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
