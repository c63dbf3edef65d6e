/** `passphrase …` and `slot …`: the passphrases and key files that unlock the store. */
import { rm } from 'node:fs/promises';
import { type Argon2Cost, type SlotInfo, StoreError, type Unlock } from '@countersign/secure-store';
import {
  confirm,
  type Io,
  makeKeyFile,
  moment,
  note,
  printJson,
  printLine,
  printTable,
  sentence,
  usageError,
} from '@countersign/terminal';
import { wholeNumber, YES, type YesOption } from '../arguments.ts';
import { inStore, type Opened, withStore } from '../open-store.ts';
import type { Define } from '../program.ts';
import type { Settings } from '../settings.ts';
import { refusal } from '../ui/messages.ts';
import { askNewPassphrase } from '../unlock.ts';
import { encryptAgain, keyForPrograms, recorded } from './keys.ts';

interface PassphraseOptions {
  readonly newPassphraseFile?: string | undefined;
  readonly slot?: number | undefined;
}

interface AddOptions {
  readonly newPassphraseFile?: string | undefined;
  readonly newKeyFile?: string | undefined;
  readonly label: string;
}

const slotNumber = wholeNumber(1, 4_294_967_295);
const FROM_FILE = ['--new-passphrase-file <file>', 'read the new passphrase from a file'] as const;

/** Key files created here are random, so cheap guesses do not help an attacker. */
const KEY_FILE_COST: Argon2Cost = { m: 64, t: 1, p: 1 };

export const definePassphrase: Define = (passphrase, perform) => {
  passphrase
    .command('change')
    .description('change the passphrase; running servers continue')
    .option('--slot <number>', 'of another slot than the one that unlocked the store', slotNumber)
    .option(...FROM_FILE)
    .action(perform(inStore(changePassphrase, { asks: true })));
};

export const defineSlot: Define = (slot, perform) => {
  slot
    .command('list')
    .description('list all slots')
    .action(perform(inStore(listSlots)));
  slot
    .command('add')
    .description('add a passphrase or a key file')
    .option('--label <text>', 'a name for it', 'added')
    .option('--new-key-file <file>', 'create a key file instead of asking for a passphrase')
    .option(...FROM_FILE)
    .action(perform(addSlot));
  slot
    .command('remove')
    .argument('<number>', 'the number shown by slot list', slotNumber)
    .description('remove a passphrase or key file, and replace the keys of the store')
    .option(...YES)
    .action(perform(inStore(removeSlot, { asks: true })));
};

async function changePassphrase(opened: Opened, options: PassphraseOptions): Promise<void> {
  const { io, settings, store, prompts } = opened;
  const { slots } = await store.keys.status();
  const target = slots.find(({ slot, openedWith }) =>
    options.slot === undefined ? openedWith : slot === options.slot,
  );
  if (target === undefined) throw noSuchSlot(options.slot);
  const { slot, kind } = target;
  if (kind !== 'passphrase')
    throw usageError(
      'slot_is_key_file',
      `Slot ${slot} has a key file and no passphrase.`,
      'Add a passphrase with countersign-server slot add, or name another slot with --slot.',
    );
  const passphrase = await askNewPassphrase(io, prompts, options.newPassphraseFile);
  await recorded(
    opened,
    () => ({ kind: 'admin.passphrase_changed', detail: nameOf(target) }),
    (together) => store.keys.changePassphrase({ passphrase, slot, together }),
  );
  await printChange(io, settings, 'passphrase_changed', slot);
  await encryptAgain(opened);
}

async function listSlots({ io, settings, store }: Opened): Promise<void> {
  const { slots } = await store.keys.status();
  if (settings.json) {
    for (const slot of slots) await printJson(io, keyForPrograms(slot));
    return;
  }
  await printTable(io, {
    head: ['Slot', 'Kind', 'Label', 'Created', ''],
    rows: slots.map(({ slot, kind, label, created, openedWith }) => [
      slot,
      kind,
      label,
      moment(created),
      openedWith ? 'used now' : '',
    ]),
  });
}

function addSlot(io: Io, settings: Settings, options: AddOptions): Promise<void> {
  const { label, newKeyFile } = options;
  const add = async (opened: Opened) => {
    const unlock = await newUnlock(opened, options);
    const slot = await recorded(
      opened,
      (number) => ({ kind: 'admin.slot_added', detail: nameOf({ slot: number, label }) }),
      (together) => opened.store.keys.addSlot({ ...unlock, label, together }),
    ).catch(async (error: unknown) => {
      // A key file that may unlock the store is kept.
      const isUnsettled = error instanceof StoreError && !error.settled;
      if (newKeyFile !== undefined && !isUnsettled) await rm(newKeyFile, { force: true });
      throw error;
    });
    await printChange(io, settings, 'slot_added', slot);
  };
  return withStore(io, settings, add, { asks: newKeyFile === undefined });
}

async function removeSlot(opened: Opened, number: number, { yes }: YesOption): Promise<void> {
  const { io, settings, store, prompts } = opened;
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
  await confirm(io, prompts, { message, yes });
  await recorded(
    opened,
    () => ({ kind: 'admin.slot_removed', detail: nameOf(slot) }),
    (together) => store.keys.removeSlot(number, { together }),
  );
  await printChange(io, settings, 'slot_removed', number);
  await encryptAgain(opened);
}

async function newUnlock(
  { io, prompts }: Opened,
  { newKeyFile, newPassphraseFile }: AddOptions,
): Promise<Unlock & { readonly kdf?: Argon2Cost | undefined }> {
  return newKeyFile === undefined
    ? { passphrase: await askNewPassphrase(io, prompts, newPassphraseFile) }
    : { keyFile: await makeKeyFile(newKeyFile, io.randomBytes), kdf: KEY_FILE_COST };
}

/** For the audit log. Labels are not secret. */
function nameOf({ slot, label }: Pick<SlotInfo, 'slot' | 'label'>): string {
  return `slot ${slot}: ${label}`;
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

async function printChange(
  io: Io,
  { json }: Settings,
  event: keyof typeof CHANGES,
  slot: number,
): Promise<void> {
  if (json) return printJson(io, { event, slot });
  const [done, next] = CHANGES[event];
  await printLine(io, done.replace('#', String(slot)));
  if (next !== undefined) note(io, next);
}

function noSuchSlot(slot: number | undefined) {
  return usageError(
    'no_such_slot',
    `There is no slot ${slot ?? ''}.`,
    'To list the slots: countersign-server slot list',
  );
}
