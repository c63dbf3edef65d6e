/**
 * Decodes hexadecimal digits of either case, or returns `undefined`. Programs that print a number leave out leading zeros,
 * so an odd number of digits is padded with one.
 */
export function hexBytes(text: string): Uint8Array | undefined {
  if (!/^[0-9a-fA-F]+$/.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex'));
}
