/** Checks what a user gives as a reason to trust a server, before anything else is asked. */
import { X509Certificate } from 'node:crypto';
import { isPin } from '@countersign/tls-channel';
import { ClientError } from './errors.ts';

/**
 * Checks the form of a pin.
 *
 * @throws {ClientError} bad_pin
 */
export function checkPin(pin: string): void {
  if (!isPin(pin)) throw new ClientError('bad_pin', 'that is not a valid pin');
}

/**
 * Checks that a text contains a certificate in PEM.
 *
 * @throws {ClientError} bad_ca
 */
export function checkAuthorities(pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (cause) {
    throw new ClientError('bad_ca', 'that is not a certificate in PEM', { cause });
  }
}
