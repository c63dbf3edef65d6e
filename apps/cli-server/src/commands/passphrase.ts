/** `passphrase change` */

import { KeyAdministration } from '@countersign/auth-server/audit';
import { askNewPassphrase, usageError } from '@countersign/terminal';
import { type Group, inStore, type Opened } from '../command.ts';
import { passphraseProblem } from '../passphrase-rule.ts';
import { encryptAgain } from './keys.ts';
import { FROM_FILE, noSuchSlot, sayChange, slotNumber } from './slot.ts';

interface PassphraseOptions {
  readonly newPassphraseFile?: string | undefined;
  readonly slot?: number | undefined;
}

export const commands: Group = {
  change: {
    about: 'change the passphrase; running servers continue',
    takes: (command) =>
      command
        .option('--slot <number>', 'of another slot than the one that unlocked the store', slotNumber)
        .option(...FROM_FILE),
    run: inStore(changePassphrase, { asks: true }),
    examples: { 'enter the old and the new passphrase': '', 'for slot number 2': '--slot 2' },
  },
};

async function changePassphrase(opened: Opened, options: PassphraseOptions): Promise<void> {
  const { io, store, world, prompts } = opened;
  const { slots } = await store.keys.status();
  const target = slots.find(({ slot, openedWith }) =>
    options.slot === undefined ? openedWith : slot === options.slot,
  );
  if (target === undefined) throw noSuchSlot(options.slot);
  if (target.kind !== 'passphrase')
    throw usageError(
      'slot_is_key_file',
      `Slot ${target.slot} has a key file and no passphrase.`,
      'Add a passphrase with countersign-server slot add, or name another slot with --slot.',
    );
  const passphrase = await askNewPassphrase(io, prompts, options.newPassphraseFile, passphraseProblem);
  await new KeyAdministration(world).changePassphrase(target, passphrase);
  await sayChange(opened, 'passphrase_changed', target.slot);
  await encryptAgain(opened);
}
