/** `passphrase …`, `slot …` and `keys …`: what opens the store, and what seals its records. */

import { rm } from 'node:fs/promises';
import { openRegistry } from '@countersign/auth-server/accounts';
import type { AuditEvent } from '@countersign/auth-server/audit';
import {
  type Argon2Cost,
  type SlotInfo,
  type Store,
  StoreError,
  type Together,
  type Unlock,
} from '@countersign/secure-store';
import { confirm, EXIT, type ExitCode, type Io, type Prompts, withSpinner } from '@countersign/terminal';
import type { YesOption } from '../command-line/perform.ts';
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

export interface NewPassphraseOptions {
  readonly newPassphraseFile?: string;
}

export interface PassphraseOptions extends NewPassphraseOptions {
  readonly slot?: number;
}

export interface NewSlotOptions extends NewPassphraseOptions {
  readonly label: string;
  readonly newKeyFile?: string;
}

export interface RotateOptions {
  readonly root?: boolean;
  readonly resume?: boolean;
}

const ASKING = { asks: true } as const;

/** A key file of our making is random: nobody guesses it, however cheap a guess is. */
const KEY_FILE_COST: Argon2Cost = { m: 64, t: 1, p: 1 };

export async function changePassphrase(
  io: Io,
  settings: Settings,
  options: PassphraseOptions,
): Promise<ExitCode> {
  return withStore(
    io,
    settings,
    async (store, prompts) => {
      const { slots } = await store.keys.status();
      const target = slots.find(({ slot, openedWith }) =>
        options.slot === undefined ? openedWith : slot === options.slot,
      );
      if (target === undefined) throw noSuchSlot(options.slot);
      if (target.kind !== 'passphrase') throw slotIsKeyFile(target.slot);
      const passphrase = await askNewPassphrase(io, prompts, options.newPassphraseFile);
      await recorded(
        io,
        store,
        () => ({ kind: 'admin.passphrase_changed', detail: named(target) }),
        (together) => store.keys.changePassphrase({ passphrase, slot: target.slot, together }),
      );
      await tellOfKeys(io, settings, 'passphrase_changed', target.slot);
      return sealAgain(io, settings, store);
    },
    ASKING,
  );
}

export async function listSlots(io: Io, settings: Settings): Promise<ExitCode> {
  return withStore(io, settings, async (store) => {
    await showSlots(io, settings, (await store.keys.status()).slots);
    return EXIT.done;
  });
}

export async function addSlot(io: Io, settings: Settings, options: NewSlotOptions): Promise<ExitCode> {
  return withStore(
    io,
    settings,
    async (store, prompts) => {
      const { label } = options;
      const unlock = await newUnlock(io, prompts, options);
      const slot = await recorded(
        io,
        store,
        (number) => ({ kind: 'admin.slot_added', detail: named({ slot: number, label }) }),
        (together) => store.keys.addSlot({ ...unlock, label, together }),
      ).catch(async (error: unknown) => {
        // A key file that opens nothing is of no use; one that may open the store is kept.
        const isKept = error instanceof StoreError && !error.settled;
        if (options.newKeyFile !== undefined && !isKept) await rm(options.newKeyFile, { force: true });
        throw error;
      });
      await tellOfKeys(io, settings, 'slot_added', slot);
      return EXIT.done;
    },
    { asks: options.newKeyFile === undefined },
  );
}

export async function removeSlot(
  io: Io,
  settings: Settings,
  number: number,
  { yes }: YesOption,
): Promise<ExitCode> {
  return withStore(
    io,
    settings,
    async (store, prompts) => {
      const { slots } = await store.keys.status();
      const slot = slots.find((each) => each.slot === number);
      if (slot === undefined) throw noSuchSlot(number);
      // The store was opened with another slot, so that one works.
      if (slot.openedWith) throw slotInUse(number, slots.length === 1);
      await confirm(io, prompts, { message: keyQuestions.removeSlot(slot), yes });
      await recorded(
        io,
        store,
        () => ({ kind: 'admin.slot_removed', detail: named(slot) }),
        (together) => store.keys.removeSlot(number, { together }),
      );
      await tellOfKeys(io, settings, 'slot_removed', number);
      return sealAgain(io, settings, store);
    },
    ASKING,
  );
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
    const event = { kind: 'admin.keys_rotated', ...(root ? { detail: 'with the root key' } : {}) } as const;
    if (!resume || root)
      await recorded(
        io,
        store,
        () => event,
        (together) => (root ? store.keys.rotateRoot({ together }) : store.keys.addKey({ together })),
      );
    return sealAgain(io, settings, store);
  });
}

/** Brings the records under the new key. Interrupted, it leaves the change as it is, and another run goes on. */
async function sealAgain(io: Io, settings: Settings, store: Store): Promise<ExitCode> {
  const { signal } = io;
  const report = await withSpinner(io, waits.rotating, () =>
    recorded(
      io,
      store,
      (_, deleted) => ({ kind: 'admin.keys_deleted', detail: `keys ${deleted.join(', ')}` }),
      (together) => store.keys.reseal({ signal, together }),
    ),
  ).catch((error: unknown) => {
    if (signal.aborted) tellOfInterruptedRotation(io);
    throw error;
  });
  await tellOfRotation(io, settings, report);
  return EXIT.done;
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

/** A change of the keys and its event in one commit: killed in between, neither has happened. */
async function recorded<T>(
  io: Io,
  store: Store,
  eventOf: (slot: number, deletedKeys: readonly number[]) => AuditEvent,
  change: (together: Together) => Promise<T>,
): Promise<T> {
  const { journal } = openRegistry({ store, clock: io.now, randomBytes: io.randomBytes });
  return journal.commitWith((writesFor) =>
    change((slot, deletedKeys = []) => writesFor([eventOf(slot, deletedKeys)])),
  );
}
