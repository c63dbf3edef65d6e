import type { Io } from '@countersign/terminal';
import type { Command } from 'commander';
import type { CheckStoreOptions, CopyOptions, RestoreOptions } from '../commands/store.ts';
import type { Perform } from './perform.ts';

export function addStore(program: Command, io: Io, perform: Perform): void {
  const store = program.command('store').description('the store as a whole');
  const load = () => import('../commands/store.ts');

  store
    .command('check')
    .description('open every record, and tell of each that is not as it should be')
    .option('--remove-leftovers', 'delete what an interrupted restore or copy left behind')
    .action((options: CheckStoreOptions) =>
      perform(async (settings) => (await load()).checkStore(io, settings, options)),
    );
  store
    .command('backup <file>')
    .description('write everything into one sealed file, or with - to standard output, while servers run')
    .action((file: string) => perform(async (settings) => (await load()).backUp(io, settings, file)));
  store
    .command('restore <file>')
    .description(
      'read a backup into the place that --store names; codes and invitations from before are worthless',
    )
    .option('--replace', 'also when a store is there; it is lost')
    .option('--yes', 'do not ask')
    .action((file: string, options: RestoreOptions) =>
      perform(async (settings) => (await load()).restore(io, settings, file, options)),
    );
  store
    .command('copy <place>')
    .description(
      'copy everything to another place, lmdb:DIR or postgres://USER@HOST/DATABASE, while servers run',
    )
    .option('--move', 'end the use of the old place, so that nothing written meanwhile is lost')
    .option('--replace', 'also when a store is there; it is lost')
    .option('--yes', 'do not ask')
    .action((place: string, options: CopyOptions) =>
      perform(async (settings) => (await load()).copy(io, settings, place, options)),
    );
}
