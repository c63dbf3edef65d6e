export { SshError, type SshErrorCode } from './errors.ts';
export { KEY_KINDS, type KeyKind } from './keys/kind.ts';
export { formatLine, parsePublicKey } from './keys/line.ts';
export {
  decodePublicKey,
  ed25519PublicKey,
  fingerprint,
  MAX_KEY_BYTES,
  type PublicKey,
} from './keys/public-key.ts';
