/**
 * What makes a client a known device: for each account on each server a random token, in a file of its own. A server that
 * stored the token judges this client by its own failures alone. The token opens nothing.
 */
import { randomBytes } from 'node:crypto';
import type { Trust } from '@countersign/tls-channel';
import { z } from 'zod';
import { OwnFolder, pinSchema } from './own-folder.ts';

const knownDeviceSchema = z.strictObject({
  server: z.string().max(300),
  username: z.string().max(300),
  /** Of the key of the server that stored the token. */
  pin: pinSchema,
  /** 32 bytes. */
  token: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
type KnownDevice = z.output<typeof knownDeviceSchema>;

/** An account on a server. */
export interface DevicePlace {
  readonly server: string;
  readonly username: string;
}

/** Keeps the tokens in a folder. Methods reject with errors of the file system; `find` also for a file with other content. */
export class KnownDevices {
  readonly #folder: OwnFolder<KnownDevice>;

  /** @param dir is made (0700) with the first token that is kept */
  constructor(dir: string) {
    this.#folder = new OwnFolder(dir, knownDeviceSchema);
  }

  get dir(): string {
    return this.#folder.dir;
  }

  /** Returns the token (32 bytes) kept for an account, and the pin it was stored with. */
  async find(place: DevicePlace): Promise<{ pin: string; token: Uint8Array } | undefined> {
    const known = await this.#folder.find(keyOf(place));
    if (known?.server !== place.server || known.username !== place.username) return undefined;
    return { pin: known.pin, token: new Uint8Array(Buffer.from(known.token, 'base64url')) };
  }

  /** Keeps the token for an account, instead of the one before. */
  async keep(place: DevicePlace, { pin, token }: { pin: string; token: Uint8Array }): Promise<void> {
    const { server, username } = place;
    const text = Buffer.from(token).toString('base64url');
    await this.#folder.keep(keyOf(place), { server, username, pin, token: text });
  }

  /** Forgets the tokens for a server. Damaged files stay. */
  async forget(server: string): Promise<void> {
    await this.#folder.removeIf((known) => known?.server === server);
  }
}

function keyOf({ server, username }: DevicePlace): string {
  return JSON.stringify([server, username]);
}

/** The token of a login, and how it is kept when the login is complete: no server has stored a new one before. */
export interface LoginDevice {
  readonly token: Uint8Array;
  keep(): Promise<void>;
}

/**
 * Returns the token for an account: the one that was kept, if the server has shown the key that it was stored with or is
 * verified by a certificate authority, otherwise a new one.
 * @param options.onProblem called when the file cannot be read or written; the login goes on
 */
export async function loginDevice(options: {
  place: DevicePlace;
  devices: KnownDevices;
  trust: Trust;
  pin: string;
  onProblem: (error: unknown) => void;
}): Promise<LoginDevice> {
  const { place, devices, trust, pin, onProblem } = options;
  const found = await devices.find(place).catch(onProblem);
  const isFor = found !== undefined && (trust.kind === 'ca' || found.pin === pin);
  const token = isFor ? found.token : new Uint8Array(randomBytes(32));
  return {
    token,
    async keep() {
      if (!isFor || found.pin !== pin) await devices.keep(place, { pin, token }).catch(onProblem);
    },
  };
}
