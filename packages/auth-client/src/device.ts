/** The token of one login: where it comes from, to whom it is sent, and when it is kept. */
import { randomBytes } from 'node:crypto';
import type { Trust } from '@countersign/tls-channel';
import type { DevicePlace, KnownDevices } from './known-devices.ts';

/** What a login says of the device it comes from. */
export class LoginDevice {
  readonly token: Uint8Array;
  readonly #keep: () => Promise<void>;

  private constructor(token: Uint8Array, keep: () => Promise<void>) {
    this.token = token;
    this.#keep = keep;
  }

  /**
   * The token for that account: the one kept for it, if the server has shown the key that it was stored with or is verified by a
   * certificate authority, or else a new one. `onProblem` is called when the file cannot be read or written, and the login goes on.
   */
  static async for(options: {
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
    return new LoginDevice(token, async () => {
      if (isFor && found.pin === pin) return;
      await devices.keep(place, { pin, token }).catch(onProblem);
    });
  }

  /** To be called when the login is complete: before, no server has stored the token. */
  loggedIn(): Promise<void> {
    return this.#keep();
  }
}
