/** What the store keeps of SSH. Times are Unix seconds. */
import type { Store } from '@countersign/secure-store';
import { z } from 'zod';
import { roleSchema, rolesSchema } from '../accounts/roles.ts';
import { OneRecord } from '../one-record.ts';
import { MOST_LISTED } from './listing.ts';

const seconds = z.int().min(0);

/**
 * - `prepared`: hosts can already trust it; it does not sign yet
 * - `signing`: signs every certificate; there is one at most
 * - `retired`: no longer signs; its private key is deleted, and its certificates are valid until they expire
 * - `compromised`: revoked with everything that it signed; its private key is deleted
 */
export const AUTHORITY_STATES = ['prepared', 'signing', 'retired', 'compromised'] as const;
/** What an authority is good for now. */
export type AuthorityState = (typeof AUTHORITY_STATES)[number];

const authoritySchema = z.strictObject({
  /** As in a `.pub` file, without a comment. */
  publicKey: z.string(),
  /** The 32 bytes of the private key (RFC 8032 §5.1.5) in base64url. */
  privateKey: z.base64url().optional(),
  created: seconds,
  state: z.enum(AUTHORITY_STATES),
});
export type AuthorityRecord = z.output<typeof authoritySchema>;

const sshRoleSchema = z.strictObject({
  role: roleSchema,
  /** How long a certificate with this role is valid at most. */
  hours: z.int().min(1).optional(),
  agentForwarding: z.boolean(),
});
/** A role that can be a principal of certificates. */
export type SshRole = z.output<typeof sshRoleSchema>;

const issuingSchema = z.strictObject({
  /** Every certificate issued in this second or before is revoked; 0 if none was. */
  fence: seconds,
  /** The latest second in which one was issued. */
  newest: seconds,
  /** After a restore, until the administrator resumes: a drill on another machine must not issue. */
  paused: z.boolean(),
});
export type IssuingRecord = z.output<typeof issuingSchema>;

/** As it is before the first certificate. */
export const NOTHING_ISSUED: IssuingRecord = { fence: 0, newest: 0, paused: false };

const issuedSchema = z.strictObject({
  /** In decimal. */
  serial: z.string().regex(/^\d{1,20}$/),
  username: z.string(),
  uid: z.base64url(),
  /** Of the account then; another one revokes the certificate. */
  generation: z.int().min(0),
  roles: rolesSchema,
  /** The public key of the authority. */
  authority: z.string(),
  /** Of the user's key. */
  fingerprint: z.string(),
  issued: seconds,
  expires: seconds,
  revoked: z.boolean(),
});
/** A certificate that was issued, without the certificate itself. */
export type IssuedRecord = z.output<typeof issuedSchema>;

const ONE = 'ssh';

/** The name of the collection and the schema of the record that orders issuing, for the rules of a restore. */
export const ISSUING = ['ssh-issuing', issuingSchema] as const;

/** What a store keeps of SSH. Certificates are stored by serial number. */
export function sshRecords(store: Store) {
  const roles = z.array(sshRoleSchema).max(MOST_LISTED).readonly();
  return {
    authorities: new OneRecord(store, 'ssh-authorities', z.array(authoritySchema).readonly(), ONE),
    roles: new OneRecord(store, 'ssh-roles', roles, ONE),
    issuing: new OneRecord(store, ...ISSUING, ONE),
    issued: store.collection('ssh-certificates', issuedSchema),
  };
}
export type SshRecords = ReturnType<typeof sshRecords>;

/** How far a fence lies ahead, in seconds: what a process with a fast clock issues until then is revoked as well. */
const FENCE_AHEAD = 300;

/** Returns the record after everything that was issued is revoked. */
export function fenced(issuing: IssuingRecord, now: number): IssuingRecord {
  return { ...issuing, fence: Math.max(now + FENCE_AHEAD, issuing.newest) };
}
