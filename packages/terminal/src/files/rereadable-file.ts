import { readable } from './named-files.ts';
import { chunksOf, openToRead } from './whole-file.ts';

type File = Awaited<ReturnType<typeof openToRead>>;

/** A large file that is read again from the start for each passphrase that is tried. A pipe can be read once. */
export class RereadableFile {
  readonly #path: string;
  readonly #signal: AbortSignal;
  #file: File;
  #isBegun = false;

  private constructor(path: string, signal: AbortSignal, file: File) {
    this.#path = path;
    this.#signal = signal;
    this.#file = file;
  }

  /**
   * Opens a file that a user named.
   *
   * @throws {CliError} unreadable_file; the reason of `signal`
   */
  static async open(path: string, signal: AbortSignal): Promise<RereadableFile> {
    return new RereadableFile(path, signal, await openFile(path, signal));
  }

  /**
   * Returns the content in pieces.
   *
   * @throws {CliError} unreadable_file; the reason of `signal`
   */
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
