/** `passphrase …`, `slot …` and `keys …`: what opens the store, and what seals its records. */
import { type AuditEvent, Journal } from '@countersign/auth-server/audit';
import type { Argon2Cost, SlotInfo, Store, Unlock } from '@countersign/secure-store';
import { EXIT, type ExitCode, type Io, type Prompts, withSpinner } from '@countersign/terminal';
import type { NewSlotOptions, PassphraseOptions, RotateOptions } from '../command-line/keys.ts';
import type { YesOption } from '../command-line/user.ts';
import { confirm } from '../confirm.ts';
import { makeKeyFile } from '../key-file.ts';
import { withStore } from '../open-store.ts';
import type { Settings } from '../settings.ts';
import { waits } from '../ui/asking.ts';
import {
  keyQuestions,
  noSuchSlot,
  showKeyStatus,
  showSlots,
  slotInUse,
  slotIsKeyFile,
  tellOfInterruptedRotation,
  tellOfKeys,
  tellOfRotation,
} from '../ui/keys.ts';
import { askNewPassphrase } from '../unlock.ts';

/** A key file of our making is random: nobody guesses it, however cheap a guess is. */
const KEY_FILE_COST: Argon2Cost = { m: 64, t: 1, p: 1 };

export async function changePassphrase(
  io: Io,
  settings: Settings,
  options: PassphraseOptions,
): Promise<ExitCode> {
  return withStore(io, settings, async (store, prompts) => {
    const { slots } = await store.keys.status();
    const target = slots.find(({ slot, openedWith }) =>
      options.slot === undefined ? openedWith : slot === options.slot,
    );
    if (target === undefined) throw noSuchSlot(options.slot);
    if (target.kind !== 'passphrase') throw slotIsKeyFile(target.slot);
    const passphrase = await askNewPassphrase(io, prompts, options.newPassphraseFile);
    await store.keys.changePassphrase({ passphrase, slot: target.slot });
    await note(io, store, { kind: 'admin.passphrase_changed', detail: named(target) });
    await tellOfKeys(io, settings, 'passphrase_changed', target.slot);
    return EXIT.done;
  });
}

export async function listSlots(io: Io, settings: Settings): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    await showSlots(io, settings, (await store.keys.status()).slots);
    return EXIT.done;
  });
}

export async function addSlot(io: Io, settings: Settings, options: NewSlotOptions): Promise<ExitCode> {
  return withStore(io, settings, async (store, prompts) => {
    const { label } = options;
    const unlock = await newUnlock(io, prompts, options);
    const slot = await store.keys.addSlot({ ...unlock, label });
    await note(io, store, { kind: 'admin.slot_added', detail: named({ slot, label }) });
    await tellOfKeys(io, settings, 'slot_added', slot);
    return EXIT.done;
  });
}

export async function removeSlot(
  io: Io,
  settings: Settings,
  number: number,
  { yes }: YesOption,
): Promise<ExitCode> {
  return withStore(io, settings, async (store, prompts) => {
    const { slots } = await store.keys.status();
    const slot = slots.find((each) => each.slot === number);
    if (slot === undefined) throw noSuchSlot(number);
    // Whoever opened the store with another slot knows that the other works.
    if (slot.openedWith) throw slotInUse(number, slots.length === 1);
    await confirm(prompts, { message: keyQuestions.removeSlot(slot), yes });
    await store.keys.removeSlot(number);
    await note(io, store, { kind: 'admin.slot_removed', detail: named(slot) });
    await tellOfKeys(io, settings, 'slot_removed', number);
    return EXIT.done;
  });
}

export async function showKeys(io: Io, settings: Settings): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    await showKeyStatus(io, settings, await store.keys.status());
    return EXIT.done;
  });
}

export async function rotateKeys(
  io: Io,
  settings: Settings,
  { root, resume }: RotateOptions,
): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    if (root) await store.keys.rotateRoot();
    const { signal } = io;
    const report = await withSpinner(io, waits.rotating, () =>
      root || resume ? store.keys.reseal({ signal }) : store.keys.rotate({ signal }),
    ).catch((error: unknown) => {
      if (signal.aborted) tellOfInterruptedRotation(io);
      throw error;
    });
    await note(io, store, { kind: 'admin.keys_rotated', ...(root ? { detail: 'with the root key' } : {}) });
    await tellOfRotation(io, settings, report);
    return EXIT.done;
  });
}

async function newUnlock(
  io: Io,
  prompts: Prompts,
  options: NewSlotOptions,
): Promise<Unlock & { readonly kdf?: Argon2Cost }> {
  const { newKeyFile, newPassphraseFile } = options;
  return newKeyFile === undefined
    ? { passphrase: await askNewPassphrase(io, prompts, newPassphraseFile) }
    : { keyFile: await makeKeyFile(newKeyFile, io.randomBytes), kdf: KEY_FILE_COST };
}

/** Slots are no secret; their labels are the administrator's own words. */
function named({ slot, label }: Pick<SlotInfo, 'slot' | 'label'>): string {
  return `slot ${slot}: ${label}`;
}

async function note(io: Io, store: Store, event: AuditEvent): Promise<void> {
  const journal = new Journal({ store, clock: io.now, randomBytes: io.randomBytes });
  await journal.commit([], [event]);
}
