/**
 * `status`: the servers that use the data directory. It needs no passphrase; if a file contains it, the accounts are counted.
 * Exit codes: 0 a server runs, 3 none runs (as with `systemctl status`), 6 a server runs but does not answer.
 */
import { join } from 'node:path';
import { openRegistry } from '@countersign/auth-server/accounts';
import { type Running, readRunning, stateOf } from '@countersign/auth-server/running';
import {
  comesFromFile,
  EXIT,
  type ExitCode,
  type Fields,
  moment,
  relative,
  sentence,
} from '@countersign/terminal';
import { formatAddress } from '@countersign/tls-channel/address';
import { type Leaf, type On, withStore } from '../command.ts';
import { RUNNING_FOLDER } from '../setting-table.ts';

export const command: Leaf = {
  run: showStatus,
  examples: {
    'the server of the usual data directory': '',
    'for a script: exit code 3 if none runs': '--json --data-dir /var/lib/countersign',
  },
};

async function showStatus(on: On): Promise<ExitCode> {
  const { io, settings, say } = on;
  const { dataDir, store } = settings;
  const found = [];
  for (const server of await readRunning(join(dataDir, RUNNING_FOLDER)))
    found.push({ server, state: await stateOf(server, io.signal) });
  const live = found.filter(({ state }) => state !== 'gone');
  if (live.length === 0) {
    await say({
      json: { event: 'server', state: 'stopped', store: store.text },
      notes: [sentence`No server runs with the data directory ${dataDir}.`],
    });
    return EXIT.refused;
  }
  const accounts = comesFromFile(settings) ? await countAccounts(on) : undefined;
  for (const { server, state } of live)
    await say({
      json: { event: 'server', state, ...server, accounts },
      fields: fieldsOf(server, state === 'running', accounts, io.now() / 1000),
      indent: 0,
    });
  return live.every(({ state }) => state === 'running') ? EXIT.done : EXIT.network;
}

function countAccounts(on: On): Promise<number> {
  return withStore(on, async ({ world }) => {
    let count = 0;
    for await (const _account of openRegistry(world).accounts.all(() => {})) count += 1;
    return count;
  });
}

function fieldsOf(server: Running, answers: boolean, accounts: number | undefined, now: number): Fields {
  const { pid, workers, host, port, metricsPort } = server;
  const began = Date.parse(server.since) / 1000;
  return [
    ['State', answers ? 'running' : 'the process runs, but does not answer'],
    ['Process', workers === 1 ? `${pid}` : `${pid}, with ${workers} workers`],
    ['Since', `${moment(began)}, ${relative(began, now)}`],
    ['Address', formatAddress(host, port)],
    ['Public', server.public],
    ['Pin', server.pin],
    ['Registration', server.registration],
    ['Version', server.version],
    ['Store', server.store],
    ['Accounts', accounts?.toString()],
    ['Metrics', metricsPort === undefined ? undefined : `http://127.0.0.1:${metricsPort}/metrics`],
  ];
}
