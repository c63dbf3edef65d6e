/**
 * What makes this client a known device: for each account on each server a random token, kept in a file of its own. A server
 * that stored it judges this client by its own failures alone; it opens nothing.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { noneIfMissing, placeOwnFile } from './own-files.ts';

const knownDeviceSchema = z.strictObject({
  server: z.string().max(300),
  username: z.string().max(300),
  /** Of the key of the server that stored the token. */
  pin: z.string().regex(/^sha256:[A-Za-z0-9_-]{43}$/),
  /** 32 bytes. */
  token: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
type KnownDevice = z.output<typeof knownDeviceSchema>;

/** An account on a server. */
export interface DevicePlace {
  readonly server: string;
  readonly username: string;
}

export class KnownDevices {
  readonly dir: string;

  /** `dir` is made (0700) with the first token that is kept. */
  constructor(dir: string) {
    this.dir = dir;
  }

  /**
   * The token kept for that account, and the pin it was stored with; `undefined` where there is none.
   * @throws an error of the file system, or a `SyntaxError` or `ZodError` for a file that holds something else
   */
  async find(place: DevicePlace): Promise<{ pin: string; token: Uint8Array } | undefined> {
    const known = await read(this.#path(place));
    if (known?.server !== place.server || known.username !== place.username) return undefined;
    return { pin: known.pin, token: new Uint8Array(Buffer.from(known.token, 'base64url')) };
  }

  /** Keeps the token for that account, in the place of another. @throws an error of the file system */
  async keep(place: DevicePlace, { pin, token }: { pin: string; token: Uint8Array }): Promise<void> {
    const { server, username } = place;
    const known: KnownDevice = { server, username, pin, token: Buffer.from(token).toString('base64url') };
    const path = this.#path(place);
    if (!(await placeOwnFile(path, `${JSON.stringify(known)}\n`))) throw new Error(`${path} is not a file`);
  }

  /** Forgets what is kept for a server. @throws an error of the file system */
  async forget(server: string): Promise<void> {
    const names = await readdir(this.dir).catch(noneIfMissing);
    for (const name of names ?? []) {
      const path = join(this.dir, name);
      const known = name.endsWith('.json') ? await read(path).catch(() => undefined) : undefined;
      if (known?.server === server) await rm(path, { force: true });
    }
  }

  #path({ server, username }: DevicePlace): string {
    const name = createHash('sha256')
      .update(JSON.stringify([server, username]))
      .digest('hex');
    return join(this.dir, `${name.slice(0, 32)}.json`);
  }
}

async function read(path: string): Promise<KnownDevice | undefined> {
  const text = await readFile(path, 'utf8').catch(noneIfMissing);
  return text === undefined ? undefined : knownDeviceSchema.parse(JSON.parse(text));
}
