import { checkVerifier, SrpError, type Suite } from '@countersign/srp-core';
import { z } from 'zod';
import { deviceSchema, withDevice } from './devices.ts';
import { rolesSchema } from './roles.ts';

/** Bytes inside stored records, as base64url text without padding. */
const base64url = z.base64url();
/** Unix time in whole seconds. */
const seconds = z.int().min(0);

export const stretchSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('argon2id'), m: z.int(), t: z.int(), p: z.int() }),
  z.strictObject({ name: z.literal('none') }),
]);

/** A password as the server stores it: salt and verifier, and how they were made. */
export const credentialSchema = z.strictObject({
  suite: z.string(),
  /** The I inside x. Differs from the user name only for imported accounts that were renamed. */
  identity: z.string(),
  stretch: stretchSchema,
  salt: base64url,
  verifier: base64url,
});
export type Credential = z.output<typeof credentialSchema>;

export const totpSchema = z.strictObject({
  secret: base64url,
  algorithm: z.enum(['SHA1', 'SHA256', 'SHA512']),
  digits: z.union([z.literal(6), z.literal(7), z.literal(8)]),
  period: z.int().min(1),
  /** No code of this step or an earlier one is accepted (RFC 6238 §5.2). */
  lastStep: z.int().min(0),
  /** Imported with fewer than 128 bits: it works, but the user is asked to renew it. */
  weak: z.boolean(),
});
export type TotpState = z.output<typeof totpSchema>;

/** The record of an account. */
export const accountSchema = z.strictObject({
  /** Random; a later account with the same name has a different one. */
  uid: base64url,
  /** Random; drawn again with every change that ends the power of older sessions. Records of earlier versions contain a small counter. */
  generation: z.int().min(0),
  username: z.string(),
  created: seconds,
  credential: credentialSchema,
  totp: totpSchema,
  /** Keyed hashes of the unused recovery codes. */
  recovery: z.array(base64url),
  disabled: z.boolean(),
  /** The id of the invitation after `user reset-password`. Until it is used, the password is unknown. */
  passwordReset: z.string().optional(),
  /** After `user reset-totp`: no TOTP code is accepted, and a recovery code allows only `totp.replace`. */
  totpReset: z.boolean(),
  /** Records of earlier versions have none. */
  roles: rolesSchema.default([]),
  lastLogin: seconds.optional(),
  /** Correct passwords up to this number were reported to the owner, or belong to complete logins (`limits/proofs.ts`). */
  proofs: z.int().min(0).optional(),
  /** Clients that logged in to this account, in no order. */
  devices: z.array(deviceSchema).default([]),
  /** In records of earlier versions: sources that logged in. Ignored, and dropped at the next login. */
  familiar: z.array(z.strictObject({ source: z.string(), at: seconds })).optional(),
  /** How far the user's clock was off at the last logins, in steps, newest first; for `doctor`. */
  clockOffsets: z.array(z.int()),
});
/** An account, with its secrets. */
export type Account = z.output<typeof accountSchema>;

const GENERATION_BYTES = 6;

/**
 * Returns a new random generation of 48 bits. A counter could repeat: after a restore, a session that had changed the
 * account once since the backup would match the account changed once by the restore.
 */
export function drawGeneration(randomBytes: (length: number) => Uint8Array): number {
  return randomBytes(GENERATION_BYTES).reduce((value, byte) => value * 256 + byte, 0);
}

const MOST_OFFSETS = 8;

export interface Login {
  /** Unix seconds. */
  readonly now: number;
  /** Keyed hash of the token that the client presented, whether or not it was known before. */
  readonly device: string | undefined;
  readonly source: string;
  /** How many days a device is known after its last login. */
  readonly deviceDays: number;
  /** The number of the proof with which the login began, unless it is to be reported with others. */
  readonly proof: number | undefined;
}

/** Returns the account with all correct passwords up to that number as reported. */
export function withProofs(account: Account, proof = 0): Account {
  return { ...account, proofs: Math.max(account.proofs ?? 0, proof) };
}

export function withLogin(account: Account, login: Login, offset?: number): Account {
  const { now, device: hash, source, deviceDays, proof } = login;
  const { familiar: _, ...rest } = withProofs(account, proof);
  return {
    ...rest,
    lastLogin: now,
    devices: withDevice(account.devices, { hash, source }, deviceDays, now),
    clockOffsets:
      offset === undefined ? account.clockOffsets : [offset, ...account.clockOffsets].slice(0, MOST_OFFSETS),
  };
}

export function verifierOf({ salt, verifier }: Pick<Credential, 'salt' | 'verifier'>): {
  salt: Uint8Array;
  verifier: Uint8Array;
} {
  return { salt: toBytes(salt), verifier: toBytes(verifier) };
}

/** Returns whether these bytes can be a verifier of the suite. */
export function isVerifier(suite: Suite, verifier: Uint8Array): boolean {
  try {
    checkVerifier(suite, verifier);
    return true;
  } catch (error) {
    if (error instanceof SrpError) return false;
    throw error;
  }
}

export function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

export function toBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
