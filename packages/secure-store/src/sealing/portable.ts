/** AES-256-GCM-SIV from @noble/ciphers, for any host. */
import { gcmsiv } from '@noble/ciphers/aes.js';
import { type Aead, TAG_BYTES } from './aead.ts';

export function portableAead(key: Uint8Array): Aead {
  return {
    encrypt: (nonce, plaintext, associated) => gcmsiv(key, nonce, associated).encrypt(plaintext),
    decrypt: (nonce, sealed, associated) => {
      if (sealed.length < TAG_BYTES) return undefined;
      try {
        return gcmsiv(key, nonce, associated).decrypt(sealed);
      } catch {
        return undefined;
      }
    },
  };
}
