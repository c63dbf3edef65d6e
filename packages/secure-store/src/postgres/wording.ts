/** The texts of statements as they are sent: each names the store's schema, whatever the session's search path is. */

export interface Statement {
  /** Unique to the text. Not given: what needs no plan. */
  readonly name?: string;
  /** `@.` stands for the store's schema and a dot, `@schema` for its name as a string constant. */
  readonly text: string;
}

export class Wording {
  #schema: string | undefined;
  #texts = new WeakMap<Statement, string>();

  /** @param schema as the address names it; otherwise the first session's `current_schema()` is the store's */
  constructor(schema: string | undefined) {
    this.#schema = schema;
  }

  /** Settles the schema, if nothing has done so before. */
  settle(schema: string | undefined): void {
    if (this.#schema !== undefined || schema === undefined) return;
    this.#schema = schema;
    this.#texts = new WeakMap();
  }

  textOf(statement: Statement): string {
    const known = this.#texts.get(statement);
    if (known !== undefined) return known;
    const text = statement.text
      .replaceAll('@.', this.#schema === undefined ? '' : `${quoted(this.#schema, '"')}.`)
      .replaceAll('@schema', this.#schema === undefined ? 'NULL' : quoted(this.#schema, "'"));
    this.#texts.set(statement, text);
    return text;
  }
}

function quoted(name: string, mark: '"' | "'"): string {
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}
