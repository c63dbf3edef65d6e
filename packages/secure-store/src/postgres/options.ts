/**
 * The URL's parameter `options`, as the server parses it: words separated by spaces, a backslash that escapes
 * the next character, and `-c name=value` or `--name=value` for a setting (PostgreSQL, postgres(1)).
 *
 * The search path is removed: it would be a setting of the session, and behind a pooler the session is
 * shared.
 */

const WORD = /(?:\\.|[^\\\s])+/gs;
const SEARCH_PATH = /^(?:-c ?|--)search[_-]path=(.*)$/is;
const IDENTIFIER = /^(?:"((?:""|[^"])+)"|([a-z_\u0080-\uffff][\w$\u0080-\uffff]*))$/i;

/**
 * Splits the search path from the other options.
 *
 * @throws {TypeError} if the search path is not exactly one schema
 */
export function readOptions(text: string) {
  const words = (text.match(WORD) ?? []).values();
  const others: string[] = [];
  let schema: string | undefined;
  for (const word of words) {
    const setting = word === '-c' ? `-c ${words.next().value ?? ''}` : word;
    const path = SEARCH_PATH.exec(setting.replaceAll(/\\(.)/gs, '$1'))?.[1];
    if (path === undefined) others.push(setting);
    else schema = schemaOf(path);
  }
  return { schema, options: others.length === 0 ? undefined : others.join(' ') };
}

function schemaOf(path: string): string {
  const [, quoted, bare] = IDENTIFIER.exec(path.trim()) ?? [];
  const name = quoted?.replaceAll('""', '"') ?? bare?.toLowerCase();
  if (name === undefined)
    throw new TypeError('"search_path" expected the name of one schema, got something else');
  return name;
}
