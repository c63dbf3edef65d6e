/**
 * The bytes of hexadecimal digits in either case, or `undefined`. Programs that print a number leave out its leading
 * zeros, so an odd number of digits gets one in front.
 */
export function hexBytes(text: string): Uint8Array | undefined {
  if (!/^[0-9a-fA-F]+$/.test(text)) return undefined;
  return new Uint8Array(Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex'));
}
