/**
 * The tables of a store in PostgreSQL. All are in one schema: the one in the URL, or the first in the search
 * path of the first session.
 *
 * | table                 | holds |
 * |-----------------------|-------|
 * | `countersign_rows`    | the store's keys and values |
 * | `countersign_writers` | the last commit of each writer, to find out whether an unanswered commit happened |
 * | `countersign_turns`   | keys that a commit has been waiting for too long, see `turns.ts` |
 * | `countersign_format`  | the version of these tables, in one row that is written last |
 *
 * Every step of their creation is idempotent, so processes that start together need no lock, which not every
 * engine has.
 *
 * Triggers, rules, views and row security run with the rights of the role that uses a table. A table is
 * therefore used only if this role owns it and it has none of them. The catalog is checked before the first
 * statement touches a table.
 */
import { StoreError } from '../errors.ts';
import type { Asker } from './connections.ts';
import { sqlStateOf } from './errors.ts';

const SCHEMA_VERSION = 1;

const TABLES = [
  'CREATE TABLE IF NOT EXISTS @.countersign_rows (key bytea NOT NULL PRIMARY KEY, value bytea NOT NULL)',
  `CREATE TABLE IF NOT EXISTS @.countersign_writers
     (writer bytea NOT NULL PRIMARY KEY, latest bigint NOT NULL, seen timestamp with time zone NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS @.countersign_turns
     (key bytea NOT NULL PRIMARY KEY, until timestamp with time zone NOT NULL)`,
  'CREATE TABLE IF NOT EXISTS @.countersign_format (id integer NOT NULL PRIMARY KEY, version integer NOT NULL)',
];

const NAMES = "'countersign_rows', 'countersign_writers', 'countersign_turns', 'countersign_format'";

/** For each table: whether this role owns it, and whether it is a plain table. */
const CATALOG = `SELECT c.relname, pg_get_userbyid(c.relowner) = current_user,
    c.relkind = 'r' AND NOT c.relrowsecurity
    AND NOT EXISTS (SELECT 1 FROM pg_rewrite AS r WHERE r.ev_class = c.oid)
    AND NOT EXISTS (SELECT 1 FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = @schema AND c.relname IN (${NAMES})`;

/** The number of other tables, and whether the schema exists. */
const STRANGERS = `SELECT count(*), EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = @schema)
  FROM information_schema.tables
  WHERE table_schema = @schema AND table_type = 'BASE TABLE'
    AND table_name NOT IN (${NAMES})`;

const MARK = `INSERT INTO @.countersign_format (id, version) VALUES (1, ${SCHEMA_VERSION}) ON CONFLICT (id) DO NOTHING`;

/** Removes what killed processes left behind. A lost answer is looked up within less than a day. */
const LEFT_BEHIND = [
  "DELETE FROM @.countersign_writers WHERE seen < current_timestamp - INTERVAL '1 day'",
  'DELETE FROM @.countersign_turns WHERE until < current_timestamp',
];

/** Errors when two processes create the same table at once: duplicates of the table, or of its type. */
const OVERTAKEN = new Set(['23505', '42P07', '42710']);

/** Finds and creates the tables of a store. */
export class Tables {
  readonly #server: Asker;
  #found = false;
  #making: Promise<void> | undefined;

  constructor(server: Asker) {
    this.#server = server;
  }

  /**
   * Looks for the tables.
   *
   * @returns whether they exist
   * @throws {StoreError} not_a_store
   * @throws {StoreError} newer_format
   */
  async find(): Promise<boolean> {
    this.#found ||= await findTables(this.#server);
    return this.#found;
  }

  /** Creates the tables if necessary. Throws as `find`. */
  async need(): Promise<void> {
    this.#making ??= this.#make().catch((error: unknown) => {
      this.#making = undefined;
      throw error;
    });
    await this.#making;
  }

  async #make(): Promise<void> {
    if (await this.find()) {
      for (const text of LEFT_BEHIND) await this.#server.ask({ text });
      return;
    }
    for (const text of TABLES) await makeTable(this.#server, text);
    await refuseForeignTables(this.#server);
    await this.#server.ask({ text: MARK });
    this.#found = true;
  }
}

async function findTables(server: Asker): Promise<boolean> {
  await refuseForeignTables(server);
  const version = await readVersion(server);
  if (version === SCHEMA_VERSION) return true;
  if (version !== undefined && version > SCHEMA_VERSION)
    throw new StoreError(
      'newer_format',
      `The tables of this store have version ${version}; this software supports version ${SCHEMA_VERSION}. Update it.`,
    );
  const { rows } = await server.ask({ text: STRANGERS });
  const [others, hasSchema] = rows[0] ?? [];
  if (hasSchema !== true)
    throw foreign('This database has no such schema. Create it first, with CREATE SCHEMA.');
  if (version !== undefined || Number(others) > 0)
    throw foreign('This database contains other tables. Use a separate database or schema for the store.');
  return false;
}

/** @throws {StoreError} not_a_store if a table belongs to another role, or using it would run foreign code */
async function refuseForeignTables(server: Asker): Promise<void> {
  const { rows } = await server.ask({ text: CATALOG });
  for (const [name, own, plain] of rows) {
    if (own !== true)
      throw foreign(
        `The table ${String(name)} belongs to another database role. Connect as its owner, or use a separate schema for the store.`,
      );
    if (plain !== true)
      throw foreign(
        `The table ${String(name)} is not a plain table: it is a view, or has a trigger, a rule or row security, which would run with the rights of this server.`,
      );
  }
}

async function makeTable(server: Asker, text: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await server.ask({ text });
      return;
    } catch (error) {
      if (!OVERTAKEN.has(sqlStateOf(error) ?? '') || attempt === 5) throw error;
    }
  }
}

/** Returns the version, or `undefined` when the table does not exist or its row is not written yet. */
async function readVersion(server: Asker): Promise<number | undefined> {
  try {
    const { rows } = await server.ask({ text: 'SELECT version FROM @.countersign_format WHERE id = 1' });
    return rows[0] === undefined ? undefined : Number(rows[0][0]);
  } catch (error) {
    if (sqlStateOf(error) === '42P01') return undefined;
    throw error;
  }
}

function foreign(message: string): StoreError {
  return new StoreError('not_a_store', message);
}
