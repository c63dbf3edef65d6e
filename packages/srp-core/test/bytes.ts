/** Hex for tests, independent of the package's own implementation. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}
