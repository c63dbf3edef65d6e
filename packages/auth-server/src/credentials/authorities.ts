/**
 * The authorities that sign certificates. Hosts trust public keys, so a new one is first prepared and distributed, then
 * it signs, and the old one is removed when its last certificate has expired:
 *
 *     prepare → hosts trust both → switch → hosts refuse nothing → finish → hosts trust the new one alone
 */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Entry } from '@countersign/secure-store';
import {
  ed25519PublicKey,
  fingerprint,
  formatLine,
  type PublicKey,
  parsePublicKey,
} from '@countersign/ssh-core';
import { AuthError } from '../errors.ts';
import type { AuthorityRecord, AuthorityState } from './records.ts';

/** An authority without its private key. */
export interface SshAuthority extends Readonly<Omit<AuthorityRecord, 'privateKey'>> {
  /** `SHA256:…` */
  readonly fingerprint: string;
}

/** Signs for the authority that signs now. */
export interface Signer {
  /** The record that names it. */
  readonly authorities: Entry<readonly AuthorityRecord[]>;
  readonly authority: PublicKey;
  readonly publicKey: string;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** Returns a new authority. */
export function newAuthority(state: AuthorityState, created: number): AuthorityRecord {
  const { d = '', x = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const publicKey = formatLine(ed25519PublicKey(new Uint8Array(Buffer.from(x, 'base64url'))));
  return { publicKey, privateKey: d, created, state };
}

/** Returns an authority without its private key. */
export function withoutPrivateKey({ publicKey, created, state }: AuthorityRecord): SshAuthority {
  return { publicKey, fingerprint: fingerprint(parsePublicKey(publicKey)), created, state };
}

/** @throws {AuthError} role_missing before the first role was listed */
export function signerOf(entry: Entry<readonly AuthorityRecord[]> | undefined): Signer {
  const signing = entry?.value.find(({ state }) => state === 'signing');
  if (!entry || signing?.privateKey === undefined)
    throw new AuthError('role_missing', 'this server has no SSH authority yet');
  const authority = parsePublicKey(signing.publicKey);
  const x = Buffer.from(authority.blob.subarray(-32)).toString('base64url');
  const key = createPrivateKey({
    key: { kty: 'OKP', crv: 'Ed25519', d: signing.privateKey, x },
    format: 'jwk',
  });
  return {
    authorities: entry,
    authority,
    publicKey: signing.publicKey,
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** The steps of a rotation. */
export const ROTATION_STEPS = ['prepare', 'switch', 'finish', 'compromised'] as const;
/** A step of a rotation. */
export type RotationStep = (typeof ROTATION_STEPS)[number];

/**
 * Returns the authorities after a step of a rotation.
 *
 * @param now Unix seconds
 * @throws {AuthError} wrong_step if the step before it is missing
 */
export function afterStep(
  step: RotationStep,
  authorities: readonly AuthorityRecord[],
  now: number,
): readonly AuthorityRecord[] {
  const prepared = authorities.find(({ state }) => state === 'prepared');
  switch (step) {
    case 'prepare':
      if (prepared) throw new AuthError('wrong_step', 'a new authority is prepared already');
      return [...authorities, newAuthority('prepared', now)];
    case 'switch':
      if (!prepared) throw new AuthError('wrong_step', 'no new authority is prepared');
      return authorities.map((each) => moved(each, { signing: 'retired', prepared: 'signing' }));
    case 'finish':
      if (!authorities.some(({ state }) => state === 'retired'))
        throw new AuthError('wrong_step', 'there is no old authority to remove');
      return authorities.filter(({ state }) => state !== 'retired');
    case 'compromised': {
      const next = prepared ? [] : [newAuthority('prepared', now)];
      return [...authorities, ...next].map((each) =>
        moved(each, { signing: 'compromised', retired: 'compromised', prepared: 'signing' }),
      );
    }
  }
}

function moved(
  authority: AuthorityRecord,
  to: Readonly<Partial<Record<AuthorityState, AuthorityState>>>,
): AuthorityRecord {
  const state = to[authority.state] ?? authority.state;
  const signs = state === 'prepared' || state === 'signing';
  return { ...authority, state, privateKey: signs ? authority.privateKey : undefined };
}
