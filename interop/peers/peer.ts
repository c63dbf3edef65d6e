/**
 * The interface of every foreign implementation: its two roles, and the values in its own wire format, as
 * bytes or hex digits. Adapters never pad or strip them.
 */
import { findGroup, findMigrationGroup, type Group, type HashName } from '@countersign/srp-core';

/** What a registration stores on the server. */
export interface Registration<W> {
  readonly identity: string;
  readonly salt: W;
  readonly verifier: W;
}

/** The user who logs in. All peers accept text; a password stretched in advance is bytes. */
export interface Credentials {
  readonly identity: string;
  readonly password: string | Uint8Array;
}

/** A peer in the client's role. */
export interface PeerClient<W> {
  answer(challenge: { readonly salt: W; readonly B: W }): Promise<{ readonly A: W; readonly M1: W }>;
  /** Returns its session key; rejects if it does not trust the server. */
  finish(M2: W): Promise<Uint8Array>;
}

/** A peer in the server's role. */
export interface PeerServer<W> {
  readonly B: W;
  /** Returns its proof and session key; rejects if it does not accept the client. */
  check(answer: {
    readonly A: W;
    readonly M1: W;
  }): Promise<{ readonly M2: W; readonly sessionKey: Uint8Array }>;
}

/** What both sides of any SRP exchange agree on in advance. */
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

/** The password for a peer that accepts only text. */
export function text(password: string | Uint8Array): string {
  if (typeof password !== 'string') throw new TypeError('this peer takes passwords as text');
  return password;
}

/** Returns the group of this size, including the two for migration. */
export function groupOf(bits: number): Group {
  const group = findGroup(String(bits)) ?? findMigrationGroup(`migration-${bits}`);
  if (!group) throw new RangeError(`no group of ${bits} bits`);
  return group;
}

/** The only setting of some peers. */
export const RFC5054_2048_SHA256: Setting = { group: groupOf(2048), hash: 'SHA-256' };
