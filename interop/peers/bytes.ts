/** Bytes and hex digits in the encodings of peers. */

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Hex of any length; with an odd number of digits a leading zero is missing. */
export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'));
}
