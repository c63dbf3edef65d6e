import type { Io } from '@countersign/terminal';
import { type Command, InvalidArgumentError } from 'commander';
import type { ImportOptions, LegacyOptions } from '../commands/import.ts';
import type { Perform } from './perform.ts';

export function addImport(program: Command, io: Io, perform: Perform): void {
  const group = program.command('import').description('take users over from another system');
  const load = () => import('../commands/import.ts');

  importing(group.command('legacy <file>'))
    .description("the old system's database: users keep their passwords and authenticators")
    .option('--legacy-passphrase-file <file>', "read the old administrator's password from a file")
    .action((file: string, options: LegacyOptions) =>
      perform(async (settings) => (await load()).importLegacy(io, settings, file, options)),
    );
  importing(group.command('users <file>'))
    .description('users with verifiers of another SRP library, as JSON lines')
    .action((file: string, options: ImportOptions) =>
      perform(async (settings) => (await load()).importUsers(io, settings, file, options)),
    );
}

function importing(command: Command): Command {
  return command
    .option('--dry-run', 'report what would be done, and do nothing')
    .option(
      '--rename <old=new>',
      'take a user under another name; LINE:OLD=NEW where several users have that name; may be repeated',
      rename,
    )
    .option('--skip-unresolved', 'leave the users who cannot be taken, and list them')
    .option('--yes', 'do not ask');
}

/** The last `=` parts the names: names of the old system may hold one, those here may too, but rarely end so. */
function rename(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.lastIndexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('Give OLD=NEW, as in Alice=alice2.');
  return new Map([...before, [text.slice(0, at), text.slice(at + 1)]]);
}
