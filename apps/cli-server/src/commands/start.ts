/**
 * `start`:
 *
 * 1. Everything that can be wrong with the options is reported before the passphrase is asked for.
 * 2. The passphrase opens the store. The first start asks for it twice and creates the store and a certificate. A secret
 *    from a file is not confirmed, so a new store needs `--create`.
 * 3. The server listens, in this process or in several, prints where, and logs.
 * 4. On SIGHUP, it reads its files again.
 * 5. When it is asked to end, it finishes the requests in flight.
 */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { openTokens } from '@countersign/auth-server/credentials';
import { Meter, notifySystemd, reloading } from '@countersign/auth-server/fleet';
import { announce } from '@countersign/auth-server/running';
import {
  addSettings,
  comesFromFile,
  forget,
  type Io,
  note,
  openPrompts,
  readTextFile,
  sentence,
  systemReason,
  untilAborted,
  unwritableFile,
} from '@countersign/terminal';
import { chainProblems } from '@countersign/tls-channel';
import { type Command, Option } from 'commander';
import type { Leaf, On } from '../command.ts';
import { checkDataDir, noStore, openForServer, reachBackend, worldOf } from '../open-store.ts';
import { listen, type Opened, type Starting, storeLost } from '../serving/listening.ts';
import { openLog } from '../serving/log.ts';
import { levelOf, type StartOptions } from '../serving/options.ts';
import { reloader } from '../serving/reload.ts';
import { serveOptions } from '../serving/start-options.ts';
import { RUNNING_FOLDER, START_SETTINGS } from '../setting-table.ts';
import { makeTlsFiles } from '../tls-files.ts';
import { chainWarning, type ListeningAt, printListening } from '../ui/listening.ts';

export const command: Leaf = {
  takes: (start) =>
    addSettings(start, START_SETTINGS)
      .addOption(
        new Option('-q, --quiet', 'log only warnings and errors, and print nothing else').conflicts(
          'verbose',
        ),
      )
      .option('-v, --verbose', 'log every connection, as --log-level debug does'),
  run: start,
  examples: {
    'for users on this machine only': '',
    'for users elsewhere': '--host 0.0.0.0 --public login.example.org:8443',
  },
};

async function start({ io, settings }: On, options: StartOptions, typed: Command): Promise<void> {
  const serving = await serveOptions(io, settings, options);
  await checkDataDir(settings);
  await lookUp(io, options.host);
  const log = await openLog(io, { json: settings.json, level: levelOf(options) });
  const starting = { io, settings, options, serving, log, meter: new Meter() };
  const hasPorts = options.httpPort !== undefined || options.metricsPort !== undefined;
  const ports = hasPorts
    ? await (await import('../serving/http-ports.ts')).openHttpPorts(starting)
    : undefined;
  try {
    const opened = await open(starting);
    try {
      io.signal.throwIfAborted();
      const reloads = reloading(reloader(starting));
      io.outliveTerminal(() => reloads.request());
      if (options.tlsCert === undefined) await makeTlsFiles(settings.dataDir, options.host);
      await warnOfMistakes(starting, opened);
      // Workers open the store themselves. This process needs it only for the HTTP ports.
      const isFollowed = options.workers === 1;
      if (ports) await ports.serve(opened.store, { isFollowed });
      else if (!isFollowed) await opened.store.close();
      const listening = await listen(starting, opened);
      let withdraw: (() => Promise<void>) | undefined;
      try {
        io.signal.throwIfAborted();
        reloads.serve(listening);
        ports?.watch(listening);
        const { registration } = serving;
        const { isNew } = opened;
        const { httpPort, metricsPort } = ports ?? {};
        const at = { ...listening.at, registration, isNew, httpPort, metricsPort };
        withdraw = await announceHere(starting, at, typed.parent?.version() ?? '');
        if (!options.quiet) await printListening(io, settings, at);
        await notify(starting, 'ready');
        const ended = io.signal.aborted || once(io.signal, 'abort');
        const lost = await Promise.race([ended, listening.lost]);
        if (!io.signal.aborted) throw storeLost(lost);
      } finally {
        await withdraw?.();
        await Promise.all([listening.close(), notify(starting, 'stopping')]);
      }
    } finally {
      forget(opened.unlock);
      await ports?.close();
      await opened.store.close();
    }
  } finally {
    await ports?.close();
    log.close();
  }
}

/** Warns of what works, but not for all clients. */
async function warnOfMistakes({ io, serving, log }: Starting, { store }: Opened): Promise<void> {
  const { cert } = serving.tls;
  for (const problem of chainProblems(await readTextFile(cert, io.signal), new Date(io.now())))
    log.warn(chainWarning(cert, problem));
  if (serving.issuerUrl !== undefined) return;
  if ((await openTokens(worldOf(io, store)).administration.services()).length > 0)
    log.warn('No tokens are issued without --issuer-url, although services are listed.');
}

/**
 * Publishes the server for `status`. A failure is only logged.
 *
 * @returns a function that withdraws it
 */
async function announceHere(
  { io, settings, options, log }: Starting,
  { host, port, pin, publicAddress, registration, metricsPort }: ListeningAt,
  version: string,
): Promise<(() => Promise<void>) | undefined> {
  const { dataDir, store } = settings;
  const path = join(dataDir, RUNNING_FOLDER, `${port}.json`);
  const where = { host, port, public: publicAddress, pin, registration, version };
  const behindRelays = options.proxyProtocol !== undefined;
  const how = { store: store.text, workers: options.workers, behindRelays, metricsPort };
  try {
    return await announce(path, { ...where, ...how }, io.now());
  } catch (error) {
    log.warn(sentence`status cannot see this server: ${unwritableFile(path, error).message}`);
    return undefined;
  }
}

/** Reports the state to systemd. A failure is only logged. */
async function notify({ io, log }: Starting, state: 'ready' | 'stopping'): Promise<void> {
  await notifySystemd(io.env, state).catch((error: unknown) => {
    log.warn(sentence`systemd was not notified that the service is ${state}: ${systemReason(error)}.`);
  });
}

/** Asks for the passphrase and opens the store. The first start creates the data directory and the store. */
async function open({ io, settings, options, meter }: Starting): Promise<Opened> {
  const { store: place } = settings;
  const reached = await reachBackend(io, place);
  const isNew = reached.isEmpty;
  const backend = meter.measuring(reached.backend);
  const prompts = openPrompts(io);
  try {
    if (isNew && !options.create && comesFromFile(settings))
      throw noStore(place, 'To create one there, use --create. Otherwise check --data-dir and --store.');
    if (isNew && io.isTerminal) {
      note(io, sentence`This is the first start. A store will be created at ${place.text}.`);
      note(io, 'You need its passphrase at every start, and it cannot be recovered. Keep it somewhere safe.');
    }
    const keep = options.workers > 1;
    return { ...(await openForServer(io, prompts, settings, { backend, isNew, keep })), isNew };
  } catch (error) {
    await backend.close();
    throw error;
  } finally {
    prompts.close();
  }
}

/** Looks up the host name here, where a signal ends the wait for a resolver. Errors are reported by listening. */
async function lookUp({ signal }: Io, host: string): Promise<void> {
  if (isIP(host) !== 0) return;
  await untilAborted(
    signal,
    lookup(host).catch(() => undefined),
  );
}
