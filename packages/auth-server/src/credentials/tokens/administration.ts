/** Administration of tokens: services, new keys, and resuming after a restore. */
import type { Store } from '@countersign/secure-store';
import type { Journal } from '../../audit/journal.ts';
import { AuthError } from '../../errors.ts';
import { withListed } from '../listing.ts';
import { nextKeys } from './keys.ts';
import { type Service, type TokenKeysRecord, type TokenRecords, tokenRecords } from './records.ts';

/** The administrator's side of the tokens of a store. Each change is committed with its audit event. */
export class TokenAdministration {
  readonly #records: TokenRecords;
  readonly #journal: Journal;
  readonly #now: () => number;

  /** @param options `clock`: Unix milliseconds */
  constructor({ store, journal, clock }: { store: Store; journal: Journal; clock: () => number }) {
    this.#records = tokenRecords(store);
    this.#journal = journal;
    this.#now = () => Math.floor(clock() / 1000);
  }

  /** Returns the services, sorted by name. */
  async services(): Promise<readonly Service[]> {
    return (await this.#records.services.value()) ?? [];
  }

  /**
   * Lists a service, or changes how it is listed. The first service creates the first keys.
   *
   * @throws {AuthError} audience_taken if another service has this audience
   * @throws {AuthError} list_full
   */
  async addService(service: Service): Promise<void> {
    const { services, keys } = this.#records;
    const { name, audience, roles, minutes } = service;
    const forRoles = roles.length === 0 ? 'every account' : `roles ${roles.join(' ')}`;
    const detail = `${name}, ${audience}, ${forRoles}, ${minutes} min`;
    await services.change(this.#journal, async (listed = []) => {
      const same = listed.find((each) => each.name !== name && each.audience === audience);
      if (same) throw new AuthError('audience_taken', `the service ${same.name} has this audience`);
      const value = withListed(listed, service, 'name', 'services can be listed');
      // Exists from the first service on, so that a restore finds the record in every backup with a service.
      const also = (await keys.read()) ? [] : [keys.inserting(await this.#newKeys())];
      return { value, event: { kind: 'admin.service_added', detail }, also };
    });
  }

  /**
   * Removes a service: no more tokens are issued for it.
   *
   * @returns it, or `undefined` if it was not listed
   */
  async removeService(name: string): Promise<Service | undefined> {
    let removed: Service | undefined;
    await this.#records.services.change(this.#journal, (listed = []) => {
      removed = listed.find((each) => each.name === name);
      const value = listed.filter((each) => each !== removed);
      return removed && { value, event: { kind: 'admin.service_removed', detail: name } };
    });
    return removed;
  }

  /**
   * Issues tokens again after a restore, with new keys.
   *
   * @returns whether issuing was paused
   */
  async resume(): Promise<boolean> {
    const changed = await this.#records.keys.change(this.#journal, async (keys) =>
      keys?.paused ? { value: await this.#newKeys(), event: { kind: 'admin.tokens_resumed' } } : undefined,
    );
    return changed !== undefined;
  }

  /** Replaces all keys, for example after a theft, so that verifiers refuse everything that the old ones signed. */
  async replaceKeys(): Promise<void> {
    await this.#records.keys.change(this.#journal, async (keys) => ({
      value: { ...(await this.#newKeys()), paused: keys?.paused ?? false },
      event: { kind: 'admin.token_keys_replaced' },
    }));
  }

  /** Returns whether a restore has paused issuing. */
  async isPaused(): Promise<boolean> {
    return (await this.#records.keys.value())?.paused ?? false;
  }

  async #newKeys(): Promise<TokenKeysRecord> {
    return { keys: await nextKeys([], this.#now()), paused: false };
  }
}
