import { checkVerifier, SrpError, sameStretch } from '@countersign/srp-core';
import { type Account, type Credential, toText } from '../accounts/account.ts';
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

/** Whether the credential was made in another way than the server's present profile. */
export function belowProfile(services: Services, account: Account): boolean {
  const { suite, identity, stretch } = account.credential;
  const own = ownStretch(services);
  return (
    suite !== services.profile.suite.name ||
    identity !== account.username ||
    JSON.stringify(stretch) !== JSON.stringify(own)
  );
}

/** Whether a credential was made exactly as the server's present profile says: nothing else is registered. */
export function fitsProfile(services: Services, offered: Offered): boolean {
  const { suite, stretch } = services.profile;
  if (offered.suite !== suite.name || !sameStretch(offered.stretch, stretch)) return false;
  if (offered.salt.length !== SALT_BYTES) return false;
  try {
    checkVerifier(suite, offered.verifier);
    return true;
  } catch (error) {
    if (error instanceof SrpError) return false;
    throw error;
  }
}

/** What is kept of a credential that fits the profile. */
export function credentialFor(services: Services, username: string, offered: Offered): Credential {
  return {
    suite: services.profile.suite.name,
    identity: username,
    stretch: ownStretch(services),
    salt: toText(offered.salt),
    verifier: toText(offered.verifier),
  };
}
