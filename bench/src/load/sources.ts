/** The loopback addresses of a crowd. */

export const SOURCES = 16;

/** Returns the address of the client with this number. */
export function sourceOf(client: number): string {
  return `127.0.0.${2 + (client % SOURCES)}`;
}
