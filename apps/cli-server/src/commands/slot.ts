/** `slot …`: the passphrases and key files that unlock the store. */
import { rm } from 'node:fs/promises';
import { KeyAdministration } from '@countersign/auth-server/audit';
import { type Argon2Cost, StoreError } from '@countersign/secure-store';
import {
  askNewPassphrase,
  makeKeyFile,
  moment,
  sentence,
  usageError,
  wholeNumber,
  withJson,
} from '@countersign/terminal';
import { YES, type YesOption } from '../arguments.ts';
import { type Group, inStore, type On, type Opened, withStore, withYes } from '../command.ts';
import { passphraseProblem } from '../passphrase-rule.ts';
import { refusal } from '../ui/messages.ts';
import { encryptAgain, madeForPrograms } from './keys.ts';

interface AddOptions {
  readonly newPassphraseFile?: string | undefined;
  readonly newKeyFile?: string | undefined;
  readonly label: string;
}

export const slotNumber = wholeNumber(1, 4_294_967_295);
export const FROM_FILE = ['--new-passphrase-file <file>', 'read the new passphrase from a file'] as const;

/** Key files created here are random, so cheap guesses do not help an attacker. */
const KEY_FILE_COST: Argon2Cost = { m: 64, t: 1, p: 1 };

export const commands: Group = {
  list: {
    about: 'list all slots',
    run: inStore(listSlots),
    examples: withJson('what unlocks the store'),
  },
  add: {
    about: 'add a passphrase or a key file',
    takes: (command) =>
      command
        .option('--label <text>', 'a name for it', 'added')
        .option('--new-key-file <file>', 'create a key file instead of asking for a passphrase')
        .option(...FROM_FILE),
    run: addSlot,
    examples: {
      'another passphrase': '--label "second administrator"',
      'a key file, for a service': '--label service --new-key-file /etc/countersign/key',
    },
  },
  remove: {
    about: 'remove a passphrase or key file, and replace the keys of the store',
    takes: (command) =>
      command.argument('<number>', 'the number shown by slot list', slotNumber).option(...YES),
    run: inStore(removeSlot, { asks: true }),
    examples: withYes('the number is from slot list', '2'),
  },
};

async function listSlots({ store, say }: Opened): Promise<void> {
  const { slots } = await store.keys.status();
  await say({
    json: slots.map(madeForPrograms),
    table: {
      head: ['Slot', 'Kind', 'Label', 'Created', ''],
      rows: slots.map(({ slot, kind, label, created, openedWith }) => [
        slot,
        kind,
        label,
        moment(created),
        openedWith ? 'used now' : '',
      ]),
    },
  });
}

function addSlot(on: On, { label, newKeyFile, newPassphraseFile }: AddOptions): Promise<void> {
  const add = async (opened: Opened) => {
    const { io, prompts, world } = opened;
    const unlock =
      newKeyFile === undefined
        ? { passphrase: await askNewPassphrase(io, prompts, newPassphraseFile, passphraseProblem) }
        : { keyFile: await makeKeyFile(newKeyFile, io.randomBytes), kdf: KEY_FILE_COST };
    const adding = new KeyAdministration(world).addSlot({ ...unlock, label });
    const slot = await adding.catch(async (error: unknown) => {
      // A key file that may unlock the store is kept.
      const isUnsettled = error instanceof StoreError && !error.settled;
      if (newKeyFile !== undefined && !isUnsettled) await rm(newKeyFile, { force: true });
      throw error;
    });
    await sayChange(opened, 'slot_added', slot);
  };
  return withStore(on, add, { asks: newKeyFile === undefined });
}

async function removeSlot(opened: Opened, number: number, { yes }: YesOption): Promise<void> {
  const { store, world, confirm } = opened;
  const { slots } = await store.keys.status();
  const slot = slots.find((each) => each.slot === number);
  if (slot === undefined) throw noSuchSlot(number);
  // So that the administrator has another passphrase or key file that works.
  if (slot.openedWith)
    throw refusal(
      'slot_in_use',
      `Slot ${number} was used to unlock the store just now.`,
      slots.length === 1
        ? 'It is the only slot. Add another with countersign-server slot add, and unlock the store with that.'
        : 'Unlock the store with another passphrase or key file to remove this one.',
    );
  const message = sentence`The ${slot.kind} of slot ${number} (${slot.label}) will no longer unlock the store, and servers that were started with it will stop. Continue?`;
  await confirm({ message, yes });
  await new KeyAdministration(world).removeSlot(slot);
  await sayChange(opened, 'slot_removed', number);
  await encryptAgain(opened);
}

const CHANGES = {
  passphrase_changed: [
    'The passphrase of slot # was changed. The old one no longer unlocks the store.',
    'Running servers continue; the next start needs the new passphrase. All records are now encrypted again with a new key. ' +
      'Until that is done, an old backup and the old passphrase can still read records that have not changed since.',
  ],
  slot_added: ['Slot # was added and unlocks the store from now on.', undefined],
  slot_removed: [
    'Slot # was removed and no longer unlocks the store.',
    'Servers that were started with it stop now. All records are now encrypted again with a new key.',
  ],
} as const;

export function sayChange({ say }: On, event: keyof typeof CHANGES, slot: number): Promise<void> {
  const [done, next] = CHANGES[event];
  return say({ json: { event, slot }, text: done.replace('#', String(slot)), notes: [next] });
}

export function noSuchSlot(slot: number | undefined) {
  return usageError(
    'no_such_slot',
    `There is no slot ${slot ?? ''}.`,
    'To list the slots: countersign-server slot list',
  );
}
