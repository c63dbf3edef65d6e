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
import { Administration } from '../src/accounts/administration.ts';
import { SshAdministration } from '../src/credentials/ssh-administration.ts';
import { DEFAULT_LIMITS } from '../src/limits/limits.ts';
import { login, makeWorld, type Peer, register, type User, type World } from './world.ts';

export interface SshWorld {
  readonly world: World;
  readonly admin: Administration;
  readonly ssh: SshAdministration;
}

/** A world whose roles `web` and `db` are listed for SSH. */
export async function makeSshWorld(options: Parameters<typeof makeWorld>[0] = {}): Promise<SshWorld> {
  const world = await makeWorld(options);
  const { store, services } = world;
  const clock = () => world.now * 1000;
  const { randomBytes, journal } = services;
  const admin = new Administration({ store, limits: DEFAULT_LIMITS, clock, randomBytes });
  const ssh = new SshAdministration({ store, journal, clock });
  for (const role of ['web', 'db']) await ssh.listRole({ role, agentForwarding: false });
  return { world, admin, ssh };
}

/** A user with roles, logged in. */
export async function loggedIn(
  { world, admin }: SshWorld,
  username: string,
  ...roles: readonly string[]
): Promise<{ user: User; peer: Peer }> {
  const user = await register(world, username);
  if (roles.length > 0) await admin.changeRoles(username, { add: roles });
  return { user, peer: (await login(world, user)).peer };
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
