import { KeyAdministration, readAudit } from '@countersign/auth-server/audit';
import { memoryBackend, openStore } from '@countersign/secure-store';
import { expect, it } from 'vitest';

const kdf = { m: 8, t: 1, p: 1 };
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

it('records every change of the keys, with the slots and keys that it changed', async () => {
  const backend = memoryBackend();
  const store = await openStore({ backend, passphrase: 'first passphrase', create: 'if-empty', kdf });
  const keys = new KeyAdministration({ store, clock: Date.now, randomBytes });
  const added = await keys.addSlot({ passphrase: 'second passphrase', label: 'second', kdf });
  const slotOf = async (number: number) => {
    const slot = (await store.keys.status()).slots.find((each) => each.slot === number);
    if (slot === undefined) throw new Error('no such slot');
    return slot;
  };
  await keys.changePassphrase(await slotOf(added), 'third passphrase');
  await keys.removeSlot(await slotOf(added));
  await keys.rotate();
  await keys.rotate({ root: true });
  const { deletedKeys } = await keys.reseal(new AbortController().signal);
  const events = await readAudit(store, { last: 10, onUnreadable: () => {} });
  expect(events.map(({ kind, detail }) => [kind, detail])).toEqual([
    ['admin.slot_added', 'slot 2: second'],
    ['admin.passphrase_changed', 'slot 2: second'],
    ['admin.slot_removed', 'slot 2: second'],
    ['admin.keys_rotated', undefined],
    ['admin.keys_rotated', 'with the root key'],
    ['admin.keys_deleted', `keys ${deletedKeys.join(', ')}`],
  ]);
  await expect(openStore({ backend, passphrase: 'third passphrase' })).rejects.toMatchObject({
    code: 'wrong_passphrase',
  });
  await store.close();
});
