import type { Io } from '@countersign/terminal';
import type { Command } from 'commander';
import type { NewSlotOptions, PassphraseOptions, RotateOptions } from '../commands/keys.ts';
import { wholeNumber } from './arguments.ts';
import type { Perform, YesOption } from './perform.ts';

/** What opens the store: `passphrase`, `slot` and `keys`. */
export function addKeys(program: Command, io: Io, perform: Perform): void {
  const load = () => import('../commands/keys.ts');
  const slotNumber = wholeNumber(1, 4_294_967_295);
  const FROM_FILE = ['--new-passphrase-file <file>', 'read the new passphrase from a file'] as const;

  program
    .command('passphrase')
    .description('the passphrase of the store')
    .command('change')
    .description('give the store another passphrase; running servers go on')
    .option('--slot <number>', 'of another slot than the one that opened the store', slotNumber)
    .option(...FROM_FILE)
    .action((options: PassphraseOptions) =>
      perform(async (settings) => (await load()).changePassphrase(io, settings, options)),
    );

  const slot = program.command('slot').description('the ways to open the store: passphrases and key files');
  slot
    .command('list')
    .description('all of them')
    .action(() => perform(async (settings) => (await load()).listSlots(io, settings)));
  slot
    .command('add')
    .description('another passphrase, or a key file')
    .option('--label <text>', 'what you call it', 'added')
    .option('--new-key-file <file>', 'make a key file there instead of asking for a passphrase')
    .option(...FROM_FILE)
    .action((options: NewSlotOptions) =>
      perform(async (settings) => (await load()).addSlot(io, settings, options)),
    );
  slot
    .command('remove')
    .argument('<number>', 'as slot list shows it', slotNumber)
    .description('let one open the store no more; the keys are made anew')
    .option('--yes', 'do not ask')
    .action((number: number, options: YesOption) =>
      perform(async (settings) => (await load()).removeSlot(io, settings, number, options)),
    );

  const keys = program.command('keys').description('the keys that seal the records');
  keys
    .command('status')
    .description('which there are, and how much they have sealed')
    .action(() => perform(async (settings) => (await load()).showKeys(io, settings)));
  keys
    .command('rotate')
    .description('make a new key and seal every record again, while servers run')
    .option('--root', 'make a new root key as well')
    .option('--resume', 'go on where a rotation was interrupted, without a new key')
    .action((options: RotateOptions) =>
      perform(async (settings) => (await load()).rotateKeys(io, settings, options)),
    );
}
