import { DIALECTS } from '@countersign/srp-core';
import { fastSrpHap } from '../peers/fast-srp-hap.ts';
import { groupOf } from '../peers/peer.ts';
import { testPeer } from './peer-suite.ts';
import { randomSalt } from './rounds.ts';

/** All hashes, mostly in small groups, since its arithmetic is slow. Includes HomeKit's own setting. */
const SETTINGS = [
  { group: groupOf(1024), hash: 'SHA-1' },
  { group: groupOf(2048), hash: 'SHA-256' },
  { group: groupOf(1536), hash: 'SHA-384' },
  { group: groupOf(1024), hash: 'SHA-224' },
  { group: groupOf(3072), hash: 'SHA-512' },
] as const;

for (const [name, dialect, proof] of [
  ['fast-srp-hap', DIALECTS['fast-srp-hap'], 'hap'],
  ['fast-srp-hap without hap', DIALECTS['fast-srp-hap-nohap'], 'short'],
] as const)
  testPeer(name, () =>
    SETTINGS.map((setting) => ({
      dialect,
      peer: fastSrpHap(setting, proof),
      randomSalt: () => randomSalt(16),
    })),
  );
