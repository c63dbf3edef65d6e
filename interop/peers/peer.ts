/**
 * What every foreign implementation looks like from here: the two roles it can take, over the bytes it puts on its
 * own wire. An adapter changes how bytes are written (hex, numbers, Buffers), never which bytes they are.
 */
import { findGroup, findMigrationGroup, type Group, type HashName } from '@countersign/srp-core';

/** What a registration leaves with the server. */
export interface Registration {
  readonly identity: string;
  readonly salt: Uint8Array;
  readonly verifier: Uint8Array;
}

/** Who logs in. Most peers take text, Apple's stretched password is bytes. */
export interface Credentials {
  readonly identity: string;
  readonly password: string | Uint8Array;
}

/** A peer in the client's role. */
export interface PeerClient {
  answer(challenge: { readonly salt: Uint8Array; readonly B: Uint8Array }): Promise<{
    readonly A: Uint8Array;
    readonly M1: Uint8Array;
  }>;
  /** Its session key; rejects if it does not believe the server. */
  finish(M2: Uint8Array): Promise<Uint8Array>;
}

/** A peer in the server's role. */
export interface PeerServer {
  readonly B: Uint8Array;
  /** Its proof and session key; rejects if it does not believe the client. */
  check(answer: { readonly A: Uint8Array; readonly M1: Uint8Array }): Promise<{
    readonly M2: Uint8Array;
    readonly sessionKey: Uint8Array;
  }>;
}

/** What the two sides of any SRP agree on beforehand. */
export interface Setting {
  readonly group: Group;
  readonly hash: HashName;
}

/** One implementation in one setting. */
export interface Peer extends Setting {
  register(credentials: Credentials): Promise<Registration>;
  client(credentials: Credentials): Promise<PeerClient>;
  server(registration: Registration): Promise<PeerServer>;
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
