/** What the log says about SIGHUP. */
import type { ReloadOptions, ServeOptions } from '@countersign/auth-server/fleet';
import { CliError, sentence } from '@countersign/terminal';
import { explain } from '../explain.ts';
import type { Log } from './log.ts';

/** What a reload has read. */
export interface Reread {
  readonly serve: ServeOptions;
  /** The names of settings that have changed and that a running server cannot change. */
  readonly fixed: readonly string[];
}

export function reportReload(log: Log): Omit<ReloadOptions<Reread>, 'read'> {
  return {
    onReloaded({ fixed }) {
      log.info('SIGHUP: certificate and settings were read again.');
      if (fixed.length > 0)
        log.warn(sentence`SIGHUP: these settings have changed and need a restart: ${fixed.join(', ')}.`);
    },
    onFailure(error) {
      const known = explain(error);
      const why = known instanceof Error ? known.message : String(known);
      const hint = known instanceof CliError && known.hint !== undefined ? ` ${known.hint}` : '';
      log.warn(sentence`SIGHUP: the server keeps its settings. ${why}${hint}`);
    },
  };
}
