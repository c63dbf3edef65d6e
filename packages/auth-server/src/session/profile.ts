import { sameStretch } from '@countersign/srp-core';
import { type Account, type Credential, isVerifier, toText } from '../accounts/account.ts';
import type { MessageOf } from './phase.ts';
import type { Services } from './services.ts';

const SALT_BYTES = 16;

type Offered = Pick<MessageOf<'register.start'>, 'suite' | 'stretch' | 'salt' | 'verifier'>;

/** The stretch of new credentials. */
export function ownStretch(services: Services): Account['credential']['stretch'] {
  const { stretch } = services.profile;
  if (stretch.name !== 'argon2id') throw new TypeError('the profile of a server stretches with Argon2id');
  return stretch;
}

/** Returns whether the credential was made in a way other than the server's current profile. */
export function belowProfile(services: Services, account: Account): boolean {
  const { suite, identity, stretch } = account.credential;
  return (
    suite !== services.profile.suite.name ||
    identity !== account.username ||
    !sameStretch(stretch, ownStretch(services))
  );
}

/** Returns whether a new credential follows the server's current profile. No other is accepted. */
export function fitsProfile(services: Services, offered: Offered): boolean {
  const { suite, stretch } = services.profile;
  return (
    offered.suite === suite.name &&
    sameStretch(offered.stretch, stretch) &&
    offered.salt.length === SALT_BYTES &&
    isVerifier(suite, offered.verifier)
  );
}

/** Returns what is stored of a credential that fits the profile. */
export function credentialFor(services: Services, username: string, offered: Offered): Credential {
  return {
    suite: services.profile.suite.name,
    identity: username,
    stretch: ownStretch(services),
    salt: toText(offered.salt),
    verifier: toText(offered.verifier),
  };
}
