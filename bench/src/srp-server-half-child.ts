/**
 * One process of `srp-server-half.ts`: prints the times of both engines and of three bare powers on its Node.
 */
import { randomBytes } from 'node:crypto';
import {
  CURRENT_SUITE,
  checkClient,
  computeVerifier,
  type Engine,
  nativeEngine,
  portableEngine,
  proveClient,
  startClient,
  startServer,
  type TranscriptContext,
} from '@countersign/srp-core';
import { barePowers } from './bare-powers.ts';
import { measure, processorClock, type Sample, timed } from './measure.ts';
import type { ServerHalfTimes } from './srp-server-half.ts';

const suite = CURRENT_SUITE;
const { group } = suite;
const threeBarePowers = barePowers(group, 3);

/** B, S, verification of M1, and M2. The client's part of each exchange is not counted. */
function serverHalf(engine: Engine): Sample {
  const salt = randomBytes(16);
  const password = randomBytes(32);
  const verifier = computeVerifier({ suite, identity: 'alice', password, salt });
  const context: TranscriptContext = {
    username: 'alice',
    suite,
    identity: 'alice',
    salt,
    stretch: { name: 'none' },
    binding: randomBytes(32),
  };
  return () => {
    const client = startClient({ group });
    const beforeB = processorClock();
    const server = startServer({ suite, verifier, engine });
    const afterB = processorClock();
    const { M1 } = proveClient(client, { context, password, B: server.B });
    const beforeM1 = processorClock();
    const check = checkClient(server, { context, A: client.A, M1, claimedBinding: context.binding });
    const afterM1 = processorClock();
    if (check.outcome !== 'proven') throw new Error(check.outcome);
    return afterB - beforeB + (afterM1 - beforeM1);
  };
}

if (!nativeEngine) throw new Error('no native engine on this host');
const times = await measure(
  {
    bare: () => timed(threeBarePowers),
    native: serverHalf(nativeEngine),
    portable: serverHalf(portableEngine),
  },
  { seconds: 9, turn: 50 },
);
console.log(JSON.stringify({ node: process.version, ...times } satisfies ServerHalfTimes));
