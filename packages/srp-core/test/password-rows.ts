/** Writes rows of password files, with all digits, which every reader accepts. */
import type { PasswordFileRow } from '../src/index.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz./';

/** Encodes bytes as SRP base64: one big-endian number, aligned to the right. */
export function toSrpBase64(bytes: Uint8Array): string {
  let text = '';
  for (let end = bytes.length; end > 0; end -= 3) {
    const group = bytes.subarray(Math.max(0, end - 3), end);
    let n = group.reduce((sum, byte) => sum * 256 + byte, 0);
    for (let digits = group.length; digits >= 0; digits--) {
      text = DIGITS.charAt(n % 64) + text;
      n = Math.floor(n / 64);
    }
  }
  return text;
}

/** `user:v:s:index of the group`. */
export function tpasswdRow({ identity, group, salt, verifier }: PasswordFileRow): string {
  const index = ['migration-1536', '2048', '3072', '4096'].indexOf(group.name) + 2;
  return [identity, toSrpBase64(verifier), toSrpBase64(salt), index].join(':');
}

/** `V  v  s  user  bits  info`, separated by tabs. */
export function srpvfileRow({ identity, group, salt, verifier }: PasswordFileRow): string {
  return ['V', toSrpBase64(verifier), toSrpBase64(salt), identity, group.bits, ''].join('\t');
}
