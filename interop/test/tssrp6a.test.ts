import { DIALECTS } from '@countersign/srp-core';
import { hex } from '../peers/bytes.ts';
import { groupOf } from '../peers/peer.ts';
import { tssrp6a } from '../peers/tssrp6a.ts';
import { testPeer } from './peer-suite.ts';
import { randomSalt } from './rounds.ts';

/** The supported hashes, at the sizes people use them with. */
const SETTINGS = [
  { group: groupOf(2048), hash: 'SHA-512' },
  { group: groupOf(2048), hash: 'SHA-256' },
  { group: groupOf(2048), hash: 'SHA-384' },
  { group: groupOf(1024), hash: 'SHA-1' },
] as const;

testPeer('tssrp6a', () =>
  SETTINGS.map((setting) => ({
    dialect: DIALECTS.tssrp6a,
    peer: tssrp6a(setting),
    randomSalt: () => hex(randomSalt(16)),
  })),
);
