import { chunksOf, type Io, openToRead, readable } from '@countersign/terminal';

type File = Awaited<ReturnType<typeof openToRead>>;

/** A backup file, read again from the start for each passphrase that is tried. */
export class BackupFile {
  readonly #signal: AbortSignal;
  readonly #path: string;
  #file: File;
  #isBegun = false;

  private constructor(signal: AbortSignal, path: string, file: File) {
    this.#signal = signal;
    this.#path = path;
    this.#file = file;
  }

  /** @throws {CliError} unreadable_file */
  static async open({ signal }: Io, path: string): Promise<BackupFile> {
    return new BackupFile(signal, path, await openFile(path, signal));
  }

  async fromTheStart(): Promise<AsyncIterable<Uint8Array>> {
    if (this.#isBegun) {
      await this.#file.close();
      this.#file = await openFile(this.#path, this.#signal);
    }
    this.#isBegun = true;
    return chunksOf(this.#file, this.#signal);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function openFile(path: string, signal: AbortSignal): Promise<File> {
  return readable(path, openToRead(path, signal), signal);
}
