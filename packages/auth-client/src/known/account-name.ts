/**
 * Returns the account that a typed name means, to be compared with the one that a kept credential names. The server knows
 * names in lower case. A name that is still written otherwise costs a login.
 */
export function canonical(username: string | undefined): string | undefined {
  return username?.normalize('NFC').toLowerCase();
}
