/**
 * Changes of what unlocks a store and of the keys that encrypt it. Each is committed together with its audit event: killed
 * in between, neither has happened.
 */
import type { NewSlotOptions, ResealReport, SlotInfo, Store, Together } from '@countersign/secure-store';
import type { AuditEvent } from './event.ts';
import { Journal, type JournalOptions } from './journal.ts';

type Keys = Store['keys'];

/** The keys of a store for an administrator. Errors are those of `@countersign/secure-store`. */
export class KeyAdministration {
  readonly #keys: Keys;
  readonly #journal: Journal;

  constructor(options: JournalOptions) {
    this.#keys = options.store.keys;
    this.#journal = new Journal(options);
  }

  /** Replaces the passphrase of a slot. Call `reseal` afterwards: until then, the old one still opens old backups. */
  async changePassphrase(slot: SlotInfo, passphrase: string): Promise<void> {
    await this.#recorded(
      () => ({ kind: 'admin.passphrase_changed', detail: nameOf(slot) }),
      (together) => this.#keys.changePassphrase({ passphrase, slot: slot.slot, together }),
    );
  }

  /**
   * Adds a passphrase or key file.
   *
   * @returns the number of its slot
   */
  addSlot(added: NewSlotOptions): Promise<number> {
    const { label } = added;
    return this.#recorded(
      (slot) => ({ kind: 'admin.slot_added', detail: nameOf({ slot, label }) }),
      (together) => this.#keys.addSlot({ ...added, together }),
    );
  }

  /** Removes a slot, and replaces the root key. Call `reseal` afterwards. */
  async removeSlot(slot: SlotInfo): Promise<void> {
    await this.#recorded(
      () => ({ kind: 'admin.slot_removed', detail: nameOf(slot) }),
      (together) => this.#keys.removeSlot(slot.slot, { together }),
    );
  }

  /** Adds a data key, with `root` also a new root key. Call `reseal` afterwards. */
  async rotate({ root = false }: { readonly root?: boolean | undefined } = {}): Promise<void> {
    await this.#recorded(
      () => ({ kind: 'admin.keys_rotated', detail: root ? 'with the root key' : undefined }),
      async (together) => {
        await (root ? this.#keys.rotateRoot({ together }) : this.#keys.addKey({ together }));
      },
    );
  }

  /** Encrypts all records with the newest key, and deletes the others. After an interruption, another call continues. */
  reseal(signal: AbortSignal): Promise<ResealReport> {
    return this.#recorded(
      (_slot, deleted) => ({ kind: 'admin.keys_deleted', detail: `keys ${deleted.join(', ')}` }),
      (together) => this.#keys.reseal({ signal, together }),
    );
  }

  #recorded<T>(
    eventOf: (slot: number, deletedKeys: readonly number[]) => AuditEvent,
    change: (together: Together) => Promise<T>,
  ): Promise<T> {
    return this.#journal.commitWith((writesFor) =>
      change((slot, deletedKeys = []) => writesFor([eventOf(slot, deletedKeys)])),
    );
  }
}

/** For the audit log. Labels are not secret. */
function nameOf({ slot, label }: Pick<SlotInfo, 'slot' | 'label'>): string {
  return `slot ${slot}: ${label}`;
}
