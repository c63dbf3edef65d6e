/** One process of `srp-server-half.ts`: prints the times of both engines and of three bare powers on its Node. */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject, randomBytes } from 'node:crypto';
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
import { dhPrivateKey } from './dh-der.ts';
import { measure, processorClock, type Sample, timed } from './measure.ts';
import type { ServerHalfTimes } from './srp-server-half.ts';

const suite = CURRENT_SUITE;
const { group } = suite;

/** Three Diffie-Hellman computations of the group's size and 256-bit exponents, through keys parsed beforehand. */
function threeBarePowers(): Sample {
  const random = () => BigInt(`0x${randomBytes(32).toString('hex')}`);
  const privateKeys: KeyObject[] = [];
  const publicKeys: KeyObject[] = [];
  for (let i = 0; i < 3; i++) {
    const privateKey = createPrivateKey({
      key: dhPrivateKey(group.N, group.g, random()),
      format: 'der',
      type: 'pkcs8',
    });
    privateKeys.push(privateKey);
    publicKeys.push(createPublicKey(privateKey));
  }
  return () =>
    timed(() => {
      for (const [at, privateKey] of privateKeys.entries()) {
        const publicKey = publicKeys[(at + 1) % 3];
        if (publicKey) diffieHellman({ privateKey, publicKey });
      }
    });
}

/** B, S, the check of M1 and M2; the client's part of each exchange is not counted. */
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
    bindingKind: 'tls-exporter',
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
  { bare: threeBarePowers(), native: serverHalf(nativeEngine), portable: serverHalf(portableEngine) },
  { seconds: 6 },
);
console.log(JSON.stringify({ node: process.version, ...times } satisfies ServerHalfTimes));
