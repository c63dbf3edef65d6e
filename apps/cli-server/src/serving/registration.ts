/** Who can register at a server. */
import type { RegistrationPolicy } from '@countersign/auth-server';

/** Returns the policy that was chosen. The default is `open` if only this machine can connect, otherwise `invite`. */
export function registrationOf({
  host,
  proxyProtocol,
  registration,
}: {
  readonly host: string;
  readonly proxyProtocol?: readonly string[] | undefined;
  readonly registration?: RegistrationPolicy | undefined;
}): RegistrationPolicy {
  const isLoopback = host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
  // A relay on this machine lets others connect.
  return registration ?? (isLoopback && proxyProtocol === undefined ? 'open' : 'invite');
}
