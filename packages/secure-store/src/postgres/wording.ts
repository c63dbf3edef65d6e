/** The SQL text of statements. Each names the store's schema, independent of the session's search path. */

/** A statement before the schema is filled in. */
export interface Statement {
  /** Unique to the text. Omitted for statements that need no plan. */
  readonly name?: string | undefined;
  /** `@.` is replaced by the store's schema and a dot, `@schema` by its name as a string constant. */
  readonly text: string;
}

/** Fills the store's schema into statements. */
export class Wording {
  #schema: string | undefined;
  #texts = new WeakMap<Statement, string>();

  /** @param schema from the address; if `undefined`, `current_schema()` of the first session is used */
  constructor(schema: string | undefined) {
    this.#schema = schema;
  }

  /** Sets the schema, unless it is already known. */
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
