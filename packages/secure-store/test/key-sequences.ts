/**
 * A model of the keys: any sequence of changes, with an idle server, a second server on a slot that may be
 * removed, and a thief who has what opening the store once revealed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store, Unlock } from '../src/index.ts';
import type { Place } from './backend-contract.ts';
import { account, accountsOf, CHEAP, coded, PASSPHRASE, Stores } from './fixtures.ts';

const kdf = CHEAP;
const wait = async () => {};

type Step =
  | { readonly what: 'rotate' | 'rotate root' | 'server works' | 'server looks' }
  | { readonly what: 'add slot' | 'remove slot' | 'change passphrase'; readonly pick: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ what: fc.constantFrom('rotate', 'rotate root', 'server works', 'server looks') }),
  fc.record({
    what: fc.constantFrom('add slot', 'remove slot', 'change passphrase'),
    pick: fc.nat({ max: 7 }),
  }),
) as fc.Arbitrary<Step>;

/** The existing slots, by what currently unlocks them. */
class Model {
  readonly secrets = new Map<number, string>([[1, PASSPHRASE]]);
  /** Slots whose secret is no longer the first one. */
  readonly changed = new Set<number>();
  readonly old: string[] = [];
  #made = 0;

  pick(pick: number): readonly [number, string] {
    const all = [...this.secrets];
    return all[pick % all.length] as [number, string];
  }

  newSecret(): string {
    this.#made += 1;
    return `passphrase ${this.#made}`;
  }
}

const passphrase = (secret: string): Unlock => ({ passphrase: secret });

async function perform(stores: Stores, model: Model, server: Store, step: Step): Promise<void> {
  if (step.what === 'server looks') return await server.keys.follow();
  if (step.what === 'server works') {
    await accountsOf(server).update('alice', (value) => ({ ...value, logins: value.logins + 1 }));
    return;
  }
  const opener = model.pick('pick' in step ? step.pick * 3 : 0);
  const admin = await stores.open(passphrase(opener[1]));
  switch (step.what) {
    case 'rotate':
      await admin.keys.rotate({ wait });
      break;
    case 'rotate root':
      await admin.keys.rotateRoot();
      break;
    case 'add slot': {
      const secret = model.newSecret();
      model.secrets.set(await admin.keys.addSlot({ ...passphrase(secret), label: 'x', kdf }), secret);
      break;
    }
    case 'change passphrase': {
      const [slot, before] = model.pick(step.pick);
      const secret = model.newSecret();
      await admin.keys.changePassphrase({ ...passphrase(secret), slot, kdf });
      model.secrets.set(slot, secret);
      model.changed.add(slot);
      model.old.push(before);
      break;
    }
    case 'remove slot': {
      const [slot, before] = model.pick(step.pick);
      // The idle server was started with slot 1, so removing that slot ends it.
      if (slot === 1) return;
      await admin.keys.removeSlot(slot);
      model.secrets.delete(slot);
      model.old.push(before);
    }
  }
}

async function checkSequence(place: Place, steps: readonly Step[]): Promise<void> {
  const stores = new Stores(place);
  try {
    const model = new Model();
    const thief = await stores.open();
    await accountsOf(thief).insert('alice', account('alice'));
    model.secrets.set(await thief.keys.addSlot({ passphrase: 'second', label: 'second', kdf }), 'second');
    const [server, second] = [await stores.open(), await stores.open(passphrase('second'))];
    await server.keys.follow();
    await second.keys.follow();
    for (const each of steps) await perform(stores, model, server, each);

    const [, secret] = model.pick(0);
    await accountsOf(await stores.open(passphrase(secret))).insert('late', account('late'));
    for (const store of [server, ...(model.secrets.has(2) ? [second] : [])]) {
      expect((await accountsOf(store).get('late'))?.value.name).toBe('late');
      await accountsOf(store).update('late', (value) => ({ ...value, logins: value.logins + 1 }));
      expect((await store.check()).bad).toEqual([]);
      expect((await store.check()).leftovers).toBe(0);
    }
    if (!model.secrets.has(2)) {
      const error = await second.keys.follow().catch((reason: unknown) => reason);
      expect(error).toEqual(coded('locked_out'));
      expect(second.keys.isLost(error)).toBe(true);
    }
    if (model.changed.has(1))
      await expect(accountsOf(thief).get('late')).rejects.toEqual(coded('locked_out'));
    for (const [slot, current] of model.secrets) {
      const opened = await stores.open(passphrase(current));
      expect((await opened.keys.status()).slots.find(({ openedWith }) => openedWith)?.slot).toBe(slot);
    }
    for (const before of model.old)
      await expect(stores.open(passphrase(before))).rejects.toEqual(coded('wrong_passphrase'));
  } finally {
    await stores.end();
  }
}

export function describeKeySequences(name: string, makePlace: () => Promise<Place>, numRuns: number): void {
  describe(`keys on ${name}`, () => {
    it('an idle server follows every sequence of key changes, and a stolen root key does not', async () => {
      const lockOut: Step[] = [{ what: 'rotate root' }, { what: 'change passphrase', pick: 0 }];
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
          await checkSequence(await makePlace(), steps);
        }),
        { numRuns, examples: [[lockOut], [[...lockOut, ...lockOut]]] },
      );
    });
  });
}
