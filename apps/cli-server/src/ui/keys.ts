/** Slots and keys in words and tables. */
import type { KeyInfo, KeyStatus, ResealReport, SlotInfo } from '@countersign/secure-store';
import {
  type CliError,
  counted,
  EXIT,
  type Io,
  isoTime,
  moment,
  note,
  printFields,
  printJson,
  printLine,
  printTable,
  sentence,
} from '@countersign/terminal';
import type { Settings } from '../settings.ts';
import { problem } from './voice.ts';

export const keyQuestions = {
  removeSlot: ({ slot, label, kind }: SlotInfo) =>
    sentence`The ${kind} of slot ${slot} (${label}) will no longer unlock the store, and servers that were started with it will end. Go on?`,
} as const;

export async function showSlots(io: Io, { json }: Settings, slots: readonly SlotInfo[]): Promise<void> {
  if (json) {
    for (const slot of slots) await printJson(io, forPrograms(slot));
    return;
  }
  await printTable(io, {
    head: ['Slot', 'Kind', 'Label', 'Made', ''],
    rows: slots.map(({ slot, kind, label, created, openedWith }) => [
      slot,
      kind,
      label,
      moment(created),
      openedWith ? 'opened now' : '',
    ]),
  });
}

export async function showKeyStatus(io: Io, { json }: Settings, status: KeyStatus): Promise<void> {
  const { ringVersion, created, keys, slots } = status;
  if (json)
    return printJson(io, {
      ringVersion: Number(ringVersion),
      created: isoTime(created),
      keys: keys.map(forPrograms),
      slots: slots.map(forPrograms),
    });
  await printFields(io, [
    ['Store made', moment(created)],
    ['Key ring', `version ${ringVersion}, ${counted(slots.length, 'slot')}`],
  ]);
  await printTable(io, {
    head: ['Key', 'State', 'Made'],
    rows: keys.map(({ number, active, created: made }) => [
      number,
      active ? 'seals' : 'only opens',
      moment(made),
    ]),
  });
  if (keys.length > 1)
    note(io, 'A rotation is not finished: countersign-server keys rotate --resume goes on with it.');
}

function forPrograms(made: SlotInfo | KeyInfo): Record<string, unknown> {
  return { ...made, created: isoTime(made.created) };
}

const DONE = {
  passphrase_changed: {
    says: (slot: number) =>
      `The passphrase of slot ${slot} is changed. The old one no longer unlocks the store.`,
    next:
      'Running servers go on; starting one takes the new passphrase. All records are now sealed again with a new key; until that is ' +
      'done, an old backup and the old passphrase still open records that have not changed since.',
  },
  slot_added: {
    says: (slot: number) => `Slot ${slot} is added and opens the store from now on.`,
    next: undefined,
  },
  slot_removed: {
    says: (slot: number) => `Slot ${slot} is removed and no longer unlocks the store.`,
    next:
      'Servers that were started with it end now and have to be started with another one. All records are now sealed again with a ' +
      'new key.',
  },
} as const;

export async function tellOfKeys(
  io: Io,
  { json }: Settings,
  what: keyof typeof DONE,
  slot: number,
): Promise<void> {
  if (json) return printJson(io, { event: what, slot });
  const { says, next } = DONE[what];
  await printLine(io, says(slot));
  if (next !== undefined) note(io, next);
}

export async function tellOfRotation(io: Io, { json }: Settings, report: ResealReport): Promise<void> {
  const { resealed, deletedKeys, damaged } = report;
  if (json) return printJson(io, { event: 'keys_rotated', resealed, deletedKeys, damaged });
  const keys =
    deletedKeys.length === 0
      ? 'No old key'
      : `The old ${deletedKeys.length === 1 ? 'key' : 'keys'} ${deletedKeys.join(', ')}`;
  await printLine(io, `${counted(resealed, 'record')} sealed again. ${keys} could be deleted.`);
  if (damaged > 0)
    note(
      io,
      `${counted(damaged, 'record')} did not open and kept an old key: countersign-server store check tells which.`,
    );
}

export function tellOfInterruptedRotation(io: Io): void {
  note(io, 'Interrupted; nothing is lost. countersign-server keys rotate --resume goes on from here.');
}

export function noSuchSlot(slot: number | undefined): CliError {
  return problem(
    'no_such_slot',
    EXIT.usage,
    `There is no slot ${slot ?? ''}.`,
    'countersign-server slot list shows them.',
  );
}

export function slotIsKeyFile(slot: number): CliError {
  return problem(
    'slot_is_key_file',
    EXIT.usage,
    `Slot ${slot} opens with a key file and has no passphrase.`,
    'Add one with countersign-server slot add, or name another slot with --slot.',
  );
}

/** @param only whether no other slot opens the store */
export function slotInUse(slot: number, only: boolean): CliError {
  return problem(
    'slot_in_use',
    EXIT.refused,
    `The store was opened with slot ${slot} just now.`,
    only
      ? 'It is the only one: make another with countersign-server slot add, and open the store with that.'
      : 'Open it with another one to remove this, so that you know the other works.',
  );
}
