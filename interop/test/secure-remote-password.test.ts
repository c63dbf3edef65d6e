import { DIALECTS } from '@countersign/srp-core';
import { hex } from '../peers/bytes.ts';
import { secureRemotePassword } from '../peers/secure-remote-password.ts';
import { testPeer } from './peer-suite.ts';
import { randomSalt } from './rounds.ts';

testPeer('secure-remote-password', () => [
  {
    dialect: DIALECTS['secure-remote-password'],
    peer: secureRemotePassword,
    randomSalt: () => hex(randomSalt(32)),
  },
]);
