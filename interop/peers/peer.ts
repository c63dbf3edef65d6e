/**
 * What every foreign implementation looks like from here: the two roles it takes, over the values it puts on its own
 * wire, as bytes or as hex digits. An adapter never pads or strips them.
 */
import { findGroup, findMigrationGroup, type Group, type HashName } from '@countersign/srp-core';

/** What a registration leaves with the server. */
export interface Registration<W> {
  readonly identity: string;
  readonly salt: W;
  readonly verifier: W;
}

/** Who logs in. All peers take text; a password that was stretched beforehand is bytes. */
export interface Credentials {
  readonly identity: string;
  readonly password: string | Uint8Array;
}

/** A peer in the client's role. */
export interface PeerClient<W> {
  answer(challenge: { readonly salt: W; readonly B: W }): Promise<{ readonly A: W; readonly M1: W }>;
  /** Its session key; rejects if it does not believe the server. */
  finish(M2: W): Promise<Uint8Array>;
}

/** A peer in the server's role. */
export interface PeerServer<W> {
  readonly B: W;
  /** Its proof and session key; rejects if it does not believe the client. */
  check(answer: {
    readonly A: W;
    readonly M1: W;
  }): Promise<{ readonly M2: W; readonly sessionKey: Uint8Array }>;
}

/** What the two sides of any SRP agree on beforehand. */
export interface Setting {
  readonly group: Group;
  readonly hash: HashName;
}

/** One implementation in one setting. */
export interface Peer<W> extends Setting {
  register(credentials: Credentials): Promise<Registration<W>>;
  client(credentials: Credentials): Promise<PeerClient<W>>;
  server(registration: Registration<W>): Promise<PeerServer<W>>;
}

/** The password of a peer that takes only text. */
export function text(password: string | Uint8Array): string {
  if (typeof password !== 'string') throw new TypeError('this peer takes passwords as text');
  return password;
}

/** The group of so many bits, the two of them that are only for migration included. */
export function groupOf(bits: number): Group {
  const group = findGroup(String(bits)) ?? findMigrationGroup(`migration-${bits}`);
  if (!group) throw new RangeError(`no group of ${bits} bits`);
  return group;
}

/** The only setting that some peers have. */
export const RFC5054_2048_SHA256: Setting = { group: groupOf(2048), hash: 'SHA-256' };
