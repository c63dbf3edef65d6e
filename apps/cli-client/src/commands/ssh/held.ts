/** The certificates in an agent, and which of them are of a server. */
import { type Certificate, decodeCertificate, type PublicKey, parseKeyId } from '@countersign/ssh-core';
import { isoTime, plain } from '@countersign/terminal';
import type { Agent } from './agent.ts';
import { isSshError } from './key.ts';

/**
 * Returns the certificates of an authority that an agent holds, those that are valid longest first.
 * @param authority `undefined` if it is not known yet: then there are none
 */
export async function heldBy(agent: Agent, authority: PublicKey | undefined): Promise<Certificate[]> {
  const certificates = (await agent.list()).flatMap(({ blob }) => readCertificate(blob) ?? []);
  return certificates
    .filter((each) => authority !== undefined && isSame(each.authority, authority))
    .sort((a, b) => b.validBefore - a.validBefore);
}

export function isSame(a: { readonly blob: Uint8Array }, b: { readonly blob: Uint8Array }): boolean {
  return Buffer.compare(a.blob, b.blob) === 0;
}

/** Returns the account that a certificate was issued to, or `undefined` when it is not one of a Countersign server. */
export function ownerOf({
  keyId,
}: Certificate): { readonly username: string; readonly uid: string } | undefined {
  return parseKeyId(keyId);
}

/** Whether a certificate is still valid `seconds` later. Its begin is past by the clocks of the hosts, which are set. */
export function isValidFor({ validBefore }: Certificate, now: number, seconds = 0): boolean {
  return now + seconds < validBefore;
}

/** A certificate in words, as far as they are of interest to its user. */
export function rolesOf({ principals }: Certificate): string {
  return plain(principals.join(', '));
}

/** The same as an event of `--json`. */
export function certificateEvent(
  certificate: Certificate,
): Readonly<Record<string, unknown>> & { event: string } {
  const { serial, principals, validBefore } = certificate;
  const username = ownerOf(certificate)?.username;
  return { event: 'ssh_certificate', username, serial, roles: principals, expiresAt: isoTime(validBefore) };
}

/** @returns `undefined` for a key, or a certificate that is not read here */
function readCertificate(blob: Uint8Array): Certificate | undefined {
  try {
    return decodeCertificate(blob);
  } catch (error) {
    if (isSshError(error)) return undefined;
    throw error;
  }
}
