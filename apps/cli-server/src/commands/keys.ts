/** `keys …`: the keys that encrypt the records. */
import { type AuditEvent, Journal } from '@countersign/auth-server/audit';
import type { KeyInfo, SlotInfo, Together } from '@countersign/secure-store';
import {
  counted,
  isoTime,
  moment,
  note,
  printFields,
  printJson,
  printLine,
  printTable,
  withSpinner,
} from '@countersign/terminal';
import { inStore, type Opened } from '../open-store.ts';
import type { Define } from '../program.ts';

interface RotateOptions {
  readonly root?: boolean | undefined;
  readonly resume?: boolean | undefined;
}

const RESUME = 'countersign-server keys rotate --resume';

export const defineKeys: Define = (keys, perform) => {
  keys
    .command('status')
    .description('show the keys')
    .action(perform(inStore(showKeys)));
  keys
    .command('rotate')
    .description('create a new key and encrypt every record again, while servers run')
    .option('--root', 'create a new root key as well')
    .option('--resume', 'continue an interrupted rotation, without a new key')
    .action(perform(inStore(rotateKeys)));
};

async function showKeys({ io, settings, store }: Opened): Promise<void> {
  const { ringVersion, created, keys, slots } = await store.keys.status();
  if (settings.json)
    return printJson(io, {
      ringVersion: Number(ringVersion),
      created: isoTime(created),
      keys: keys.map(keyForPrograms),
      slots: slots.map(keyForPrograms),
    });
  await printFields(io, [
    ['Store created', moment(created)],
    ['Key ring', `version ${ringVersion}, ${counted(slots.length, 'slot')}`],
  ]);
  await printTable(io, {
    head: ['Key', 'Used for', 'Created'],
    rows: keys.map((key) => [
      key.number,
      key.active ? 'new and old records' : 'old records',
      moment(key.created),
    ]),
  });
  if (keys.length > 1) note(io, `A rotation was interrupted. To continue it: ${RESUME}`);
}

async function rotateKeys(opened: Opened, { root, resume }: RotateOptions): Promise<void> {
  const { keys } = opened.store;
  const event: AuditEvent = { kind: 'admin.keys_rotated', detail: root ? 'with the root key' : undefined };
  const change = (together: Together) => (root ? keys.rotateRoot({ together }) : keys.addKey({ together }));
  if (!resume || root) await recorded(opened, () => event, change);
  await encryptAgain(opened);
}

/** Encrypts all records with the newest key. If it is interrupted, the new key stays, and another run continues. */
export async function encryptAgain(opened: Opened): Promise<void> {
  const { io, settings, store } = opened;
  const { signal } = io;
  const reseal = () =>
    recorded(
      opened,
      (_, deleted) => ({ kind: 'admin.keys_deleted', detail: `keys ${deleted.join(', ')}` }),
      (together) => store.keys.reseal({ signal, together }),
    );
  const report = await withSpinner(io, 'Encrypting every record again', reseal).catch((error: unknown) => {
    if (signal.aborted) note(io, `Interrupted. Nothing is lost. To continue: ${RESUME}`);
    throw error;
  });
  const { resealed, deletedKeys, damaged } = report;
  if (settings.json) return printJson(io, { event: 'keys_rotated', resealed, deletedKeys, damaged });
  const many = deletedKeys.length > 1;
  const keys =
    deletedKeys.length === 0
      ? 'No old key was deleted.'
      : `The old ${many ? 'keys' : 'key'} ${deletedKeys.join(', ')} ${many ? 'were' : 'was'} deleted.`;
  await printLine(io, `${counted(resealed, 'record')} encrypted again. ${keys}`);
  if (damaged > 0)
    note(
      io,
      `${counted(damaged, 'record')} cannot be read and still ${damaged === 1 ? 'uses' : 'use'} an old key. Run countersign-server store check for details.`,
    );
}

/** Commits a change of the keys together with its audit event: killed in between, neither has happened. */
export async function recorded<T>(
  { io, store }: Opened,
  eventOf: (slot: number, deletedKeys: readonly number[]) => AuditEvent,
  change: (together: Together) => Promise<T>,
): Promise<T> {
  const journal = new Journal({ store, clock: io.now, randomBytes: io.randomBytes });
  return journal.commitWith((writesFor) =>
    change((slot, deletedKeys = []) => writesFor([eventOf(slot, deletedKeys)])),
  );
}

export function keyForPrograms(made: SlotInfo | KeyInfo): Record<string, unknown> {
  return { ...made, created: isoTime(made.created) };
}
