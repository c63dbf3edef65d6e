/** What administrators and services work with, opened for one store. Nothing is read yet. */
import { openRegistry, type RegistryOptions } from '../accounts/registry.ts';
import { SshAdministration } from './ssh-administration.ts';
import { SshCertificates } from './ssh-certificates.ts';
import { TokenAdministration } from './tokens/administration.ts';
import { Tokens } from './tokens/tokens.ts';

/** Opens the SSH certificates of a store. */
export function openSsh(options: RegistryOptions): {
  readonly administration: SshAdministration;
  readonly certificates: SshCertificates;
} {
  const registry = openRegistry(options);
  return {
    administration: new SshAdministration({ ...options, ...registry }),
    certificates: new SshCertificates(registry, options),
  };
}

/** Opens the tokens of a store. Without the URL of an issuer, `tokens` issues none, and returns the public keys. */
export function openTokens(options: RegistryOptions): {
  readonly administration: TokenAdministration;
  readonly tokens: Tokens;
} {
  const registry = openRegistry(options);
  return {
    administration: new TokenAdministration({ ...options, ...registry }),
    tokens: new Tokens(registry, options),
  };
}
