/** Where pins and device tokens are remembered, and what happens when the disk does not play along. */
import { join } from 'node:path';
import { ClientError, KnownDevices, type KnownServer, KnownServers } from '@countersign/auth-client';
import { CliError, type Io, userFolder } from '@countersign/terminal';
import { noHome, pinsUnreadable } from './ui/endings.ts';
import type { Ui } from './ui/ui.ts';

/**
 * A pin that cannot be read ends the run, since it is not the same as none. One that cannot be written costs a
 * warning, and never a login, nor the recovery codes of a new account.
 */
class PinFolder extends KnownServers {
  readonly #dir: string;
  readonly #ui: Ui;

  constructor(dir: string, ui: Ui) {
    super(dir);
    this.#dir = dir;
    this.#ui = ui;
  }

  override find(server: string): Promise<KnownServer | undefined> {
    return this.#reading(() => super.find(server));
  }

  override list(): Promise<KnownServer[]> {
    return this.#reading(() => super.list());
  }

  override async remember(...what: Parameters<KnownServers['remember']>): Promise<void> {
    try {
      await super.remember(...what);
    } catch (error) {
      this.#ui.cannotRemember(this.#dir, error instanceof CliError ? error.cause : error);
    }
  }

  override forget(server: string): Promise<boolean> {
    return this.#reading(() => super.forget(server));
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (error instanceof ClientError) throw error;
      throw pinsUnreadable(this.#dir, error);
    }
  }
}

export function openKnownServers({ io, ui }: { io: Io; ui: Ui }): KnownServers {
  return new PinFolder(join(configFolder(io), 'servers'), ui);
}

/** Where the tokens are kept that make this client a known device. */
export function openKnownDevices({ io }: { io: Io }): KnownDevices {
  return new KnownDevices(join(configFolder(io), 'devices'));
}

function configFolder(io: Io): string {
  const folder = io.env.COUNTERSIGN_CONFIG_DIR || userFolder('config', 'countersign', io.env);
  if (folder === undefined) throw noHome();
  return folder;
}
