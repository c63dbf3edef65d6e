/** A server that issues SSH certificates, for tests. */
import { generateKeyPairSync } from 'node:crypto';
import {
  type Certificate,
  decodeKrl,
  ed25519PublicKey,
  formatLine,
  type Krl,
  type PublicKey,
  parseCertificate,
} from '@countersign/ssh-core';
import { SshAdministration } from '../src/credentials/ssh-administration.ts';
import { makeRolesWorld, type RolesWorld } from './roles-world.ts';
import type { makeWorld, Peer } from './world.ts';

export { change, loggedIn } from './roles-world.ts';

export interface SshWorld extends RolesWorld {
  readonly ssh: SshAdministration;
}

/** A world whose roles `web` and `db` are listed for SSH. */
export async function makeSshWorld(options: Parameters<typeof makeWorld>[0] = {}): Promise<SshWorld> {
  const { shared, ...at } = await makeRolesWorld(options);
  const ssh = new SshAdministration(shared);
  for (const role of ['web', 'db']) await ssh.listRole({ role, agentForwarding: false });
  return { ...at, ssh };
}

export function newKey(): PublicKey {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return ed25519PublicKey(new Uint8Array(Buffer.from(x, 'base64url')));
}

export const request = (key = newKey()) => ({ type: 'ssh.certify', publicKey: formatLine(key) }) as const;

/** Asks for a certificate over the wire, and reads it. */
export async function certified(
  peer: Peer,
  options: { roles?: string[]; seconds?: number } = {},
): Promise<Certificate> {
  const { certificate } = await peer.expect('ssh.certified', { ...request(), ...options });
  return parseCertificate(certificate);
}

/** The revocation list as a host reads it. */
export async function krlOf({ world }: SshWorld): Promise<Krl> {
  return decodeKrl(await world.services.ssh.krl());
}

/** Whether a host with that list refuses the certificate. */
export function isRevoked({ certificates, keys }: Krl, { authority, serial }: Certificate): boolean {
  const isOf = ({ blob }: PublicKey) => Buffer.from(blob).equals(authority.blob);
  const number = BigInt(serial);
  return (
    keys.some(isOf) ||
    certificates.some(
      (section) =>
        isOf(section.authority) &&
        (section.serials.includes(serial) ||
          section.ranges.some(({ first, last }) => BigInt(first) <= number && number <= BigInt(last))),
    )
  );
}
