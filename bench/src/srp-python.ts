/** A whole exchange, both halves, beside python3-srp, which is Python around OpenSSL's numbers, in its own dialect. */
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
  proveDialectClient,
  startDialectClient,
  startDialectServer,
} from '@countersign/srp-core';
import { measure, type Sample, timed } from './measure.ts';
import { type Report, TIME_COLUMNS, timeRow } from './report.ts';

const SCRIPT = fileURLToPath(new URL('../peers/pysrp_exchange.py', import.meta.url));
const identity = 'alice';
const password = Buffer.from('correct horse');

function ours(bits: '2048' | '4096'): Sample {
  const group = findGroup(bits);
  if (!group) throw new Error('no group');
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

export async function run(): Promise<Report> {
  const python = spawn('/usr/bin/python3', ['-B', SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(python.stdout);
  const theirs =
    (bits: '2048' | '4096'): Sample =>
    async () => {
      python.stdin.write(`${bits}\n`);
      const [line] = await once(lines, 'line');
      return Number(line);
    };
  const times = await measure({
    ours2048: ours('2048'),
    theirs2048: theirs('2048'),
    ours4096: ours('4096'),
    theirs4096: theirs('4096'),
  });
  python.stdin.end();
  return {
    title: 'Whole exchange beside python3-srp',
    method:
      'Client and server halves of one login in python3-srp’s default dialect, SHA-256; medians of processor time in ms, taking turns.',
    columns: TIME_COLUMNS,
    rows: [
      timeRow('2048: srp-core', times.ours2048),
      timeRow('2048: python3-srp', times.theirs2048),
      timeRow('4096: srp-core', times.ours4096),
      timeRow('4096: python3-srp', times.theirs4096),
    ],
    ratios: [
      {
        what: 'srp-core to python3-srp, 2048',
        ratio: times.ours2048.median / times.theirs2048.median,
        atMost: 1,
      },
      {
        what: 'srp-core to python3-srp, 4096',
        ratio: times.ours4096.median / times.theirs4096.median,
        atMost: 1,
      },
    ],
  };
}
