/**
 * A whole exchange, both halves, compared with python3-srp, a Python wrapper of OpenSSL's numbers, in its own
 * dialect.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  checkDialectClient,
  checkDialectServer,
  computeDialectVerifier,
  DIALECTS,
  findGroup,
  type Group,
  proveDialectClient,
  startDialectClient,
  startDialectServer,
} from '@countersign/srp-core';
import { barePowers } from './bare-powers.ts';
import { hostCalls } from './host-calls.ts';
import { measure, type Sample, timed } from './measure.ts';
import type { PythonTimes } from './srp-python.ts';

const SCRIPT = fileURLToPath(new URL('../peers/pysrp_exchange.py', import.meta.url));
const identity = 'alice';
const password = Buffer.from('correct horse');

type Bits = '2048' | '4096';

function groupOf(bits: Bits): Group {
  const group = findGroup(bits);
  if (!group) throw new Error('no group');
  return group;
}

function ours(bits: Bits): Sample {
  const group = groupOf(bits);
  const setting = { dialect: DIALECTS.pysrp, group, hash: 'SHA-256' } as const;
  const salt = randomBytes(16);
  const verifier = computeDialectVerifier({ ...setting, identity, password, salt });
  return () =>
    timed(() => {
      const client = startDialectClient(setting);
      const { A } = client;
      const server = startDialectServer({ ...setting, identity, salt, verifier });
      const proof = proveDialectClient(client, { identity, password, salt: server.salt, B: server.B });
      const check = checkDialectClient(server, { A, M1: proof.M1 });
      if (check.outcome !== 'proven') throw new Error(check.outcome);
      checkDialectServer(proof, check.M2);
    });
}

const python = spawn('/usr/bin/python3', ['-B', SCRIPT], {
  stdio: ['pipe', 'pipe', 'inherit'],
  timeout: 3_600_000,
});
const lines = createInterface(python.stdout);
function theirs(bits: Bits): Sample {
  return async () => {
    python.stdin.write(`${bits}\n`);
    const [line] = await once(lines, 'line');
    return Number(line);
  };
}

/** g^a, g^x, (B − k·g^x)^(a + u·x), whose exponent is twice as long, g^b, v^u and (A·v^u)^b. */
function bare(bits: Bits): Sample {
  const sevenBarePowers = barePowers(groupOf(bits), 7);
  return () => timed(sevenBarePowers);
}

function calls(bits: Bits): Sample {
  const ofOneExchange = hostCalls(groupOf(bits));
  return () => timed(ofOneExchange);
}

const times = await measure(
  {
    ours2048: ours('2048'),
    theirs2048: theirs('2048'),
    bare2048: bare('2048'),
    calls2048: calls('2048'),
    ours4096: ours('4096'),
    theirs4096: theirs('4096'),
    bare4096: bare('4096'),
    calls4096: calls('4096'),
  },
  { seconds: 16, turn: 100 },
);
python.stdin.end();
console.log(JSON.stringify({ node: process.version, ...times } satisfies PythonTimes));
