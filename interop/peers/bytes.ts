/** Bytes as the peers write them: hex digits, numbers, with and without leading zeros. */

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Hex of any length; an odd number of digits lacks a leading zero. */
export function fromHex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'));
}

/** Hex without leading zero digits, as a number prints. */
export function numberHex(bytes: Uint8Array): string {
  return toNumber(bytes).toString(16);
}

export function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x0${hex(bytes)}`);
}

/** Big-endian without leading zero bytes. */
export function fromNumber(value: bigint): Uint8Array {
  return value === 0n ? new Uint8Array() : fromHex(value.toString(16));
}

/** Left-padded with zeros to `length`. */
export function padTo(length: number, bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(length);
  padded.set(bytes, length - bytes.length);
  return padded;
}
