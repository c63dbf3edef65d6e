/**
 * One process of `srp-peers.ts`: the server half compared with two popular JavaScript libraries, each in its
 * own dialect. The same values are computed by different code. The client's part is not counted.
 */
import { randomBytes } from 'node:crypto';
import {
  checkDialectClient,
  computeDialectVerifier,
  DIALECTS,
  type DialectSetting,
  type Engine,
  findGroup,
  type Group,
  nativeEngine,
  portableEngine,
  proveDialectClient,
  startDialectClient,
  startDialectServer,
  type WireForm,
  type WireValues,
} from '@countersign/srp-core';
import { SRP, SrpServer } from 'fast-srp-hap';
import { SRPParameters, SRPRoutines, SRPServerSession } from 'tssrp6a';
import { measure, processorClock, type Sample } from './measure.ts';
import type { PeerTimes } from './srp-peers.ts';

const identity = 'alice';
const password = Buffer.from('correct horse battery staple');

function group(bits: '2048' | '3072'): Group {
  const found = findGroup(bits);
  if (!found) throw new Error('no group');
  return found;
}

/** A server half in two steps, timed separately from the client's work in between. */
interface Server<F extends WireForm> {
  B(): WireValues[F] | Promise<WireValues[F]>;
  check(A: WireValues[F], M1: WireValues[F]): unknown;
}

/** Runs one exchange with our client half, and returns the milliseconds of the server's two steps. */
function exchange<F extends WireForm>(
  setting: DialectSetting<F, 'proofs'>,
  salt: WireValues[F],
  open: () => Server<F>,
): Sample {
  return async () => {
    const client = startDialectClient(setting);
    const beforeB = processorClock();
    const server = open();
    const B = await server.B();
    const afterB = processorClock();
    const { M1 } = proveDialectClient(client, { identity, password, salt, B });
    const beforeM1 = processorClock();
    await server.check(client.A, M1);
    return afterB - beforeB + (processorClock() - beforeM1);
  };
}

/** Our own half in that dialect. */
function ours<F extends WireForm>(
  setting: DialectSetting<F, 'proofs'>,
  salt: WireValues[F],
  engine: Engine,
): Sample {
  const verifier = computeDialectVerifier({ ...setting, identity, password, salt });
  return exchange(setting, salt, () => {
    const start = startDialectServer({ ...setting, identity, salt, verifier, engine });
    return {
      B: () => start.B,
      check(A, M1) {
        const { outcome } = checkDialectClient(start, { A, M1 });
        if (outcome !== 'proven') throw new Error(outcome);
      },
    };
  });
}

function fastSrpHap(setting: DialectSetting<'bytes', 'proofs'>, salt: Buffer): Sample {
  const params = { ...SRP.params[3072], hash: 'sha256' };
  const verifier = SRP.computeVerifier(params, salt, Buffer.from(identity), password);
  return exchange(setting, salt, () => {
    const server = new SrpServer(params, { username: identity, salt, verifier }, randomBytes(32));
    return {
      B: () => server.computeB(),
      check(A, M1) {
        server.setA(Buffer.from(A));
        server.checkM1(Buffer.from(M1));
        server.computeM2();
      },
    };
  });
}

function tssrp6a(setting: DialectSetting<'hex', 'proofs'>, salt: string): Sample {
  const { SHA256: H } = SRPParameters.H;
  const routines = new SRPRoutines(new SRPParameters(SRPParameters.PrimeGroup[2048], H));
  const verifier = number(computeDialectVerifier({ ...setting, identity, password, salt }));
  return exchange(setting, salt, () => {
    const started = new SRPServerSession(routines).step1(identity, number(salt), verifier);
    return {
      B: async () => (await started).B.toString(16),
      check: async (A, M1) => (await started).step2(number(A), number(M1)),
    };
  });
}

function number(hex: string): bigint {
  return BigInt(`0x${hex}`);
}

if (!nativeEngine) throw new Error('no native engine on this host');
const hap = { dialect: DIALECTS['fast-srp-hap'], group: group('3072'), hash: 'SHA-256' } as const;
const ts = { dialect: DIALECTS.tssrp6a, group: group('2048'), hash: 'SHA-256' } as const;
const salt = randomBytes(16);
const digits = salt.toString('hex').replace(/^0+/, '');
const times = await measure(
  {
    hap: fastSrpHap(hap, salt),
    hapPortable: ours(hap, salt, portableEngine),
    hapNative: ours(hap, salt, nativeEngine),
    ts: tssrp6a(ts, digits),
    tsPortable: ours(ts, digits, portableEngine),
    tsNative: ours(ts, digits, nativeEngine),
  },
  { seconds: 18, turn: 100 },
);
console.log(JSON.stringify({ node: process.version, ...times } satisfies PeerTimes));
