/** Administration of tokens: services, new keys, and resuming after a restore. */
import { retryConflicts, type Store } from '@countersign/secure-store';
import type { Journal } from '../../audit/journal.ts';
import { AuthError } from '../../errors.ts';
import { putting } from '../records.ts';
import { nextKeys } from './keys.ts';
import { MOST_SERVICES, ONE, type Service, type TokenCollections, tokenCollections } from './records.ts';

/** The administrator's side of the tokens of a store. Each change is committed with its audit event. */
export class TokenAdministration {
  readonly #collections: TokenCollections;
  readonly #journal: Journal;
  readonly #now: () => number;

  /** @param options `clock`: Unix milliseconds */
  constructor({ store, journal, clock }: { store: Store; journal: Journal; clock: () => number }) {
    this.#collections = tokenCollections(store);
    this.#journal = journal;
    this.#now = () => Math.floor(clock() / 1000);
  }

  /** Returns the services, sorted by name. */
  async services(): Promise<readonly Service[]> {
    return (await this.#collections.services.get(ONE))?.value ?? [];
  }

  /**
   * Lists a service, or changes how it is listed. The first service creates the first keys.
   *
   * @throws {AuthError} audience_taken if another service has this audience
   * @throws {AuthError} list_full
   */
  async addService(service: Service): Promise<void> {
    const { services, keys } = this.#collections;
    const { name, audience, roles, minutes } = service;
    const forRoles = roles.length === 0 ? 'every account' : `roles ${roles.join(' ')}`;
    const detail = `${name}, ${audience}, ${forRoles}, ${minutes} min`;
    await retryConflicts(async () => {
      const entry = await services.get(ONE);
      const others = (entry?.value ?? []).filter((each) => each.name !== name);
      const same = others.find((each) => each.audience === audience);
      if (same) throw new AuthError('audience_taken', `the service ${same.name} has this audience`);
      if (others.length >= MOST_SERVICES)
        throw new AuthError('list_full', `at most ${MOST_SERVICES} services can be listed`);
      const next = [...others, service].sort((a, b) => (a.name < b.name ? -1 : 1));
      // Exists from the first service on, so that a restore finds the record in every backup with a service.
      const first = (await keys.get(ONE))
        ? []
        : [keys.inserting(ONE, { keys: await nextKeys([], this.#now()), paused: false })];
      await this.#journal.commit(
        [putting(services, ONE, entry, next), ...first],
        [{ kind: 'admin.service_added', detail }],
      );
    });
  }

  /**
   * Removes a service from the list: no more tokens are issued for it.
   *
   * @returns the service, or `undefined` if it was not listed
   */
  async removeService(name: string): Promise<Service | undefined> {
    const { services } = this.#collections;
    return retryConflicts(async () => {
      const entry = await services.get(ONE);
      const removed = entry?.value.find((each) => each.name === name);
      if (!entry || !removed) return undefined;
      const next = entry.value.filter((each) => each !== removed);
      const event = { kind: 'admin.service_removed', detail: name } as const;
      await this.#journal.commit([services.replacing(entry, next)], [event]);
      return removed;
    });
  }

  /** Issues tokens again after a restore, with new keys. @returns whether issuing was paused */
  async resume(): Promise<boolean> {
    const { keys } = this.#collections;
    return retryConflicts(async () => {
      const entry = await keys.get(ONE);
      if (!entry?.value.paused) return false;
      const next = { keys: await nextKeys([], this.#now()), paused: false };
      await this.#journal.commit([keys.replacing(entry, next)], [{ kind: 'admin.tokens_resumed' }]);
      return true;
    });
  }

  /** Replaces all keys, for example after a theft, so that verifiers refuse everything that the old ones signed. */
  async replaceKeys(): Promise<void> {
    const { keys } = this.#collections;
    await retryConflicts(async () => {
      const entry = await keys.get(ONE);
      const next = { keys: await nextKeys([], this.#now()), paused: entry?.value.paused ?? false };
      const event = { kind: 'admin.token_keys_replaced' } as const;
      await this.#journal.commit([putting(keys, ONE, entry, next)], [event]);
    });
  }

  /** Returns whether a restore has paused issuing. */
  async isPaused(): Promise<boolean> {
    return (await this.#collections.keys.get(ONE))?.value.paused ?? false;
  }
}
