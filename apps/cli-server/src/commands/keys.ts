/** `keys …`: the keys that encrypt the records. */
import { KeyAdministration } from '@countersign/auth-server/audit';
import type { KeyInfo, SlotInfo } from '@countersign/secure-store';
import { counted, isoTime, moment, note, withJson, withSpinner } from '@countersign/terminal';
import { type Group, inStore, type Opened } from '../command.ts';

interface RotateOptions {
  readonly root?: boolean | undefined;
  readonly resume?: boolean | undefined;
}

const RESUME = 'countersign-server keys rotate --resume';

export const commands: Group = {
  status: {
    about: 'show the keys',
    run: inStore(showKeys),
    examples: withJson('the age of the keys'),
  },
  rotate: {
    about: 'create a new key and encrypt every record again, while servers run',
    takes: (command) =>
      command
        .option('--root', 'create a new root key as well')
        .option('--resume', 'continue an interrupted rotation, without a new key'),
    run: inStore(rotateKeys),
    examples: { 'a new data key': '', 'a new root key as well': '--root' },
  },
};

async function showKeys({ store, say }: Opened): Promise<void> {
  const { ringVersion, created, keys, slots } = await store.keys.status();
  await say({
    json: {
      ringVersion: Number(ringVersion),
      created: isoTime(created),
      keys: keys.map(madeForPrograms),
      slots: slots.map(madeForPrograms),
    },
    fields: [
      ['Store created', moment(created)],
      ['Key ring', `version ${ringVersion}, ${counted(slots.length, 'slot')}`],
    ],
    table: {
      head: ['Key', 'Used for', 'Created'],
      rows: keys.map((key) => [
        key.number,
        key.active ? 'new and old records' : 'old records',
        moment(key.created),
      ]),
    },
    notes: keys.length > 1 ? [`A rotation was interrupted. To continue it: ${RESUME}`] : [],
  });
}

async function rotateKeys(opened: Opened, { root, resume }: RotateOptions): Promise<void> {
  if (!resume || root) await new KeyAdministration(opened.world).rotate({ root });
  await encryptAgain(opened);
}

/** Encrypts all records with the newest key. If it is interrupted, the new key stays, and another run continues. */
export async function encryptAgain({ io, world, say }: Opened): Promise<void> {
  const { signal } = io;
  const reseal = () => new KeyAdministration(world).reseal(signal);
  const report = await withSpinner(io, 'Encrypting every record again', reseal).catch((error: unknown) => {
    if (signal.aborted) note(io, `Interrupted. Nothing is lost. To continue: ${RESUME}`);
    throw error;
  });
  const { resealed, deletedKeys, damaged } = report;
  const many = deletedKeys.length > 1;
  const keys =
    deletedKeys.length === 0
      ? 'No old key was deleted.'
      : `The old ${many ? 'keys' : 'key'} ${deletedKeys.join(', ')} ${many ? 'were' : 'was'} deleted.`;
  const unread = `${counted(damaged, 'record')} cannot be read and still ${damaged === 1 ? 'uses' : 'use'} an old key.`;
  await say({
    json: { event: 'keys_rotated', resealed, deletedKeys, damaged },
    text: `${counted(resealed, 'record')} encrypted again. ${keys}`,
    notes: damaged > 0 ? [`${unread} Run countersign-server store check for details.`] : [],
  });
}

export function madeForPrograms(made: SlotInfo | KeyInfo): Record<string, unknown> {
  return { ...made, created: isoTime(made.created) };
}
