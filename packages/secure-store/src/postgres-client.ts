/** One connection of the driver, and what is asked of it before it is used. */
import { Client, type ClientConfig } from 'pg';

export class StoreClient extends Client {
  #announcedProcess: number | undefined;
  /** Whether every statement reaches the same session of the server, so that a prepared statement is found again. */
  ownSession = false;

  constructor(config?: ClientConfig) {
    super(config);
    // The driver leaves its socket open when it gives up a handshake by itself, as without a password.
    this.connection.on('error', () => this.connection.stream.destroy());
    this.connection.on('backendKeyData', ({ processID }: { readonly processID: number }) => {
      this.#announcedProcess = processID;
    });
  }

  /**
   * A server announces the number of the process that serves the connection; a pooler, which has many, makes one up. So
   * when the process that answers has another number, something pools in between.
   *
   * @returns the schema that a bare name of a new table would lie in
   */
  async greet(): Promise<string | undefined> {
    const { rows } = await this.query<[number, string | null]>({
      text: 'SELECT pg_backend_pid(), current_schema()',
      rowMode: 'array',
    });
    const [process, schema] = rows[0] ?? [];
    this.ownSession = process === this.#announcedProcess;
    return schema ?? undefined;
  }
}
