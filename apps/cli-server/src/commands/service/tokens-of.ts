/** The tokens of an opened store. */
import { openRegistry } from '@countersign/auth-server/accounts';
import { TokenAdministration, Tokens } from '@countersign/auth-server/credentials';
import type { Opened } from '../../open-store.ts';

export interface TokensOf {
  readonly administration: TokenAdministration;
  /** For the public keys: without an issuer URL it issues nothing. */
  readonly tokens: Tokens;
}

export function tokensOf({ io, store }: Pick<Opened, 'io' | 'store'>): TokensOf {
  const { now: clock, randomBytes } = io;
  const registry = openRegistry({ store, clock, randomBytes });
  return {
    administration: new TokenAdministration({ store, journal: registry.journal, clock }),
    tokens: new Tokens(registry, { store, clock, randomBytes }),
  };
}
