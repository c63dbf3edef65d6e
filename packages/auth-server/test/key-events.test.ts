import { type Backend, memoryBackend, openStore, type Store, type Together } from '@countersign/secure-store';
import { describe, expect, it } from 'vitest';
import { type AuditKind, Journal, readAudit, verifyAudit } from '../src/audit/index.ts';

const kdf = { m: 8, t: 1, p: 1 };
const OLD = { passphrase: 'old passphrase' };
const NEW = { passphrase: 'new passphrase' };
const randomBytes = (length: number) => crypto.getRandomValues(new Uint8Array(length));

/** A process that is killed at its commit of this number: before it is made, or after it and before the answer. */
function dyingAt(backend: Backend, step: number, done: boolean): Backend {
  let commits = 0;
  return {
    name: backend.name,
    read: (key) => backend.read(key),
    scan: (range) => backend.scan(range),
    close: () => backend.close(),
    async commit(batch) {
      commits += 1;
      if (commits < step) return backend.commit(batch);
      if (commits === step && done) await backend.commit(batch);
      throw new Error('killed');
    },
  };
}

const CHANGES: Record<string, readonly [AuditKind, (store: Store, together: Together) => Promise<unknown>]> =
  {
    'a change of passphrase': [
      'admin.passphrase_changed',
      (store, together) => store.keys.changePassphrase({ ...NEW, kdf, together }),
    ],
    'a new slot': [
      'admin.slot_added',
      (store, together) => store.keys.addSlot({ ...NEW, label: 'new', kdf, together }),
    ],
    'the removal of a slot': [
      'admin.slot_removed',
      (store, together) => store.keys.removeSlot(2, { together }),
    ],
    'a new root key': ['admin.keys_rotated', (store, together) => store.keys.rotateRoot({ together })],
    'a new data key': ['admin.keys_rotated', (store, together) => store.keys.addKey({ together })],
    'the end of an old key': [
      'admin.keys_deleted',
      (store, together) => store.keys.reseal({ wait, together }),
    ],
  };

async function wait(): Promise<void> {}

describe('the audit log', () => {
  it.each(Object.entries(CHANGES))(
    'has the event of %s exactly when it happened, wherever the process is killed',
    async (_, [kind, change]) => {
      for (const done of [false, true]) {
        for (let step = 1, dead = true; dead; step += 1) {
          const backend = memoryBackend();
          const first = await openStore({ backend, ...OLD, create: 'if-empty', kdf });
          await first.keys.addSlot({ passphrase: 'second', label: 'second', kdf });
          await first.keys.addKey();
          const victim = await openStore({ backend: dyingAt(backend, step, done), ...OLD });
          const before = await ringOf(backend);
          const journal = new Journal({ store: victim, clock: Date.now, randomBytes });
          dead = await journal
            .commitWith((writesFor) => change(victim, () => writesFor([{ kind }])))
            .then(() => false)
            .catch(() => true);
          const after = await openStore({ backend, ...OLD }).catch(() => openStore({ backend, ...NEW }));
          const events = (await readAudit(after)).filter((event) => event.kind === kind);
          expect(events).toHaveLength((await ringOf(backend)) === before ? 0 : 1);
          expect((await verifyAudit(after)).problems).toEqual([]);
        }
      }
    },
  );
});

async function ringOf(backend: Backend): Promise<string> {
  return String(await backend.read(Uint8Array.of(0)));
}
