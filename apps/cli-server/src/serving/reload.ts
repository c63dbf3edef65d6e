/** On SIGHUP, a server reads all its files again: the configuration file, and those that the options name. */
import type { Serving } from '@countersign/auth-server/fleet';
import { CliError, sentence } from '@countersign/terminal';
import { openIdentity } from '@countersign/tls-channel';
import { explain } from '../explain.ts';
import { readTlsFiles } from '../tls-files.ts';
import type { Starting } from './listening.ts';
import type { StartOptions } from './options.ts';
import { serveOptions } from './start-options.ts';

/** What a running server cannot change, as commander names the options. */
const FIXED = [
  ...(['host', 'port', 'public', 'workers', 'issuer', 'logLevel'] as const),
  ...(['issuerUrl', 'httpPort', 'metricsPort'] as const),
] satisfies readonly (keyof StartOptions)[];

/** Returns a function that reloads a server. If a file is invalid, the server keeps its settings. */
export function reloader({ io, settings, options, log }: Starting): (server: Serving) => Promise<void> {
  const startedWith = { ...options };
  const reload = async (server: Serving) => {
    const again = (await settings.reread?.()) ?? settings;
    // Who can register depends on the address that is in use, not on one that a restart would use.
    const kept: Partial<StartOptions> = Object.fromEntries(
      FIXED.map((option) => [option, startedWith[option]]),
    );
    const serve = await serveOptions(io, again, { ...options, ...kept });
    openIdentity(await readTlsFiles(serve.tls, io.signal));
    await server.reload(serve);
    log.info('SIGHUP: certificate and settings were read again.');
    const changed = FIXED.filter((option) => options[option] !== startedWith[option]);
    const names = changed.map((option) => option.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`));
    const isElsewhere = again.dataDir !== settings.dataDir || again.store.text !== settings.store.text;
    const fixed = [...names, ...(isElsewhere ? ['store'] : [])].join(', ');
    if (fixed !== '') log.warn(sentence`SIGHUP: these settings have changed and need a restart: ${fixed}.`);
  };
  return (server) =>
    reload(server).catch((error: unknown) => {
      const known = explain(error);
      const why = known instanceof Error ? known.message : String(known);
      const hint = known instanceof CliError && known.hint !== undefined ? ` ${known.hint}` : '';
      log.warn(sentence`SIGHUP: the server keeps its settings. ${why}${hint}`);
    });
}
