/**
 * `status`: the servers that use the data directory. It needs no passphrase; if a file contains it, the accounts are counted.
 * Exit codes: 0 a server runs, 3 none runs (as with `systemctl status`), 6 a server runs but does not answer.
 */
import { join } from 'node:path';
import { openRegistry } from '@countersign/auth-server/accounts';
import { type Running, readRunning, stateOf } from '@countersign/auth-server/running';
import {
  EXIT,
  type ExitCode,
  type Io,
  moment,
  note,
  printFields,
  printJson,
  relative,
  sentence,
} from '@countersign/terminal';
import { formatAddress } from '@countersign/tls-channel/address';
import { withStore } from '../open-store.ts';
import type { Define } from '../program.ts';
import { RUNNING_FOLDER } from '../setting-table.ts';
import type { Settings } from '../settings.ts';
import { comesFromFile } from '../unlock.ts';

export const defineStatus: Define = (command, perform) => {
  command.action(perform(showStatus));
};

async function showStatus(io: Io, settings: Settings): Promise<ExitCode> {
  const found = [];
  for (const server of await readRunning(join(settings.dataDir, RUNNING_FOLDER)))
    found.push({ server, state: await stateOf(server, io.signal) });
  const live = found.filter(({ state }) => state !== 'gone');
  const accounts = live.length > 0 && comesFromFile(settings) ? await countAccounts(io, settings) : undefined;
  for (const { server, state } of live)
    if (settings.json) await printJson(io, { event: 'server', state, ...server, accounts });
    else await printServer(io, server, state, accounts);
  if (live.length === 0) {
    if (settings.json) await printJson(io, { event: 'server', state: 'stopped', store: settings.store.text });
    else note(io, sentence`No server runs with the data directory ${settings.dataDir}.`);
    return EXIT.refused;
  }
  return live.every(({ state }) => state === 'running') ? EXIT.done : EXIT.network;
}

function countAccounts(io: Io, settings: Settings): Promise<number> {
  return withStore(io, settings, async ({ store }) => {
    const { accounts } = openRegistry({ store, clock: io.now, randomBytes: io.randomBytes });
    let count = 0;
    for await (const _account of accounts.all(() => {})) count += 1;
    return count;
  });
}

function printServer(
  io: Io,
  {
    pid,
    host,
    port,
    public: reachable,
    pin,
    registration,
    version,
    since,
    store,
    workers,
    metricsPort,
  }: Running,
  state: 'running' | 'silent' | 'gone',
  accounts: number | undefined,
): Promise<void> {
  const began = Date.parse(since) / 1000;
  return printFields(
    io,
    [
      ['State', state === 'running' ? 'running' : 'the process runs, but does not answer'],
      ['Process', workers === 1 ? `${pid}` : `${pid}, with ${workers} workers`],
      ['Since', `${moment(began)}, ${relative(began, io.now() / 1000)}`],
      ['Address', formatAddress(host, port)],
      ...(reachable === undefined ? [] : [['Public', reachable] as const]),
      ['Pin', pin],
      ['Registration', registration],
      ['Version', version],
      ['Store', store],
      ...(accounts === undefined ? [] : [['Accounts', `${accounts}`] as const]),
      ...(metricsPort === undefined ? [] : [['Metrics', `http://127.0.0.1:${metricsPort}/metrics`] as const]),
    ],
    0,
  );
}
