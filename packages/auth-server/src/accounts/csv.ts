/** Reads comma-separated values (RFC 4180 §2): quotes around fields, doubled inside; CRLF or LF. */
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

/** Searches for the end. A regular expression over a long text would use much memory for backtracking. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
