import fc from 'fast-check';

/** The same bytes in pieces: cut at random places, some pieces empty. */
export function cut(bytes: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  return fc.array(fc.nat(bytes.length), { maxLength: 8 }).map((places) => {
    const edges = [0, ...places.sort((a, b) => a - b), bytes.length];
    return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
  });
}

export function oneByOne(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}

export function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A hand-made frame, independent of the code under test. */
export function rawFrame(payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  const header = Buffer.alloc(4);
  header.writeUInt32BE(bytes.length);
  return join(header, bytes);
}
