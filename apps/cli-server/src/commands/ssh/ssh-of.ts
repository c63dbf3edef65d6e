/** The SSH certificates of an opened store. */
import { openRegistry } from '@countersign/auth-server/accounts';
import { SshAdministration, SshCertificates } from '@countersign/auth-server/credentials';
import type { Opened } from '../../open-store.ts';

export interface Ssh {
  readonly administration: SshAdministration;
  readonly certificates: SshCertificates;
}

export function sshOf({ io, store }: Pick<Opened, 'io' | 'store'>): Ssh {
  const { now: clock, randomBytes } = io;
  const registry = openRegistry({ store, clock, randomBytes });
  return {
    administration: new SshAdministration({ store, journal: registry.journal, clock }),
    certificates: new SshCertificates(registry, { store, clock, randomBytes }),
  };
}
