export { keptIssuerUrl } from '../last-start.ts';
export { ROTATION_STEPS, type RotationStep, type SshAuthority } from './authorities.ts';
export { type KrlCondition, readKrl } from './krl.ts';
export { openSsh, openTokens } from './open.ts';
export type { AuthorityState, IssuedRecord, SshRole } from './records.ts';
export { CA_FILE, type SetupOptions, setupScript } from './setup-script.ts';
export { SshAdministration } from './ssh-administration.ts';
export {
  type IssuedCertificate,
  SshCertificates,
  type SshRequest,
} from './ssh-certificates.ts';
export { TokenAdministration } from './tokens/administration.ts';
export { DEFAULT_MINUTES, MOST_MINUTES } from './tokens/records.ts';
export {
  type AuthenticatedLogin,
  type IssuedToken,
  type PublishedKeys,
  type TokenRequest,
  Tokens,
} from './tokens/tokens.ts';
export { TokenVerifier } from './tokens/verifier.ts';
