/** Who gets a place, and who makes room, without sockets. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Guest, Seats } from '../src/listener/seats.ts';

const LIMITS = { connections: 8, connectionsWaiting: 4, connectionsPerSource: 4 };

class House {
  readonly seats: Seats;
  /** Names of the ended, in the order of their end. */
  readonly ended: string[] = [];

  constructor(limits = LIMITS) {
    this.seats = new Seats(limits);
  }

  enter(source: string, name = source): Guest | undefined {
    return this.seats.enter(source, (code) => this.ended.push(`${name} ${code}`));
  }

  /** Past its first message. */
  seat(source: string, name = source): boolean {
    return this.enter(source, name)?.takeSeat() ?? false;
  }
}

describe('the waiting room', () => {
  it('when it is full lets the newest in, and ends the oldest of the source that holds the most', () => {
    const house = new House();
    house.enter('a', 'a1');
    house.enter('b', 'b1');
    house.enter('b', 'b2');
    house.enter('c', 'c1');
    expect(house.enter('d')).toBeDefined();
    expect(house.ended).toEqual(['b1 busy']);
  });

  it('ends the oldest of a source that is at its own limit, and of no other', () => {
    const house = new House({ ...LIMITS, connectionsWaiting: 100, connectionsPerSource: 2 });
    house.enter('a', 'a0');
    for (const name of ['b1', 'b2', 'b3', 'b4']) house.enter('b', name);
    expect(house.ended).toEqual(['b1 busy', 'b2 busy']);
  });

  it('never ends a connection whose message is being handled, and refuses the newest where all are', () => {
    const house = new House();
    for (const name of ['a', 'b', 'c', 'd']) {
      const guest = house.enter(name);
      if (guest) guest.isKept = true;
    }
    expect(house.enter('e')).toBeUndefined();
    expect(house.ended).toEqual([]);
  });

  it('has room again when a connection has left, or has a seat', () => {
    const house = new House();
    const [one, two] = [house.enter('a'), house.enter('b')];
    house.enter('c');
    house.enter('d');
    one?.leave();
    expect(two?.takeSeat()).toBe(true);
    house.enter('e');
    house.enter('f');
    expect(house.ended).toEqual([]);
  });
});

describe('seats', () => {
  it('are never the reserved ones for strangers, who displace each other', () => {
    const house = new House();
    for (const source of ['a', 'b', 'b', 'c', 'd', 'e', 'f']) expect(house.seat(source)).toBe(true);
    expect(house.ended).toEqual(['b busy']);
  });

  it('are left for a known device where strangers hold all the others and keep them', () => {
    const house = new House();
    for (let n = 0; n < 6; n += 1) {
      const stranger = house.enter(`stranger ${n}`);
      expect(stranger?.takeSeat()).toBe(true);
      if (stranger) stranger.isKept = true;
    }
    expect(house.seat('another stranger')).toBe(false);
    const known = house.enter('known');
    known?.takeReservedSeat('account');
    expect(known?.takeSeat()).toBe(true);
    expect(house.ended).toEqual([]);
  });

  it('that a known device leaves for a reserved one are free again', () => {
    const house = new House();
    const known = house.enter('known');
    known?.takeSeat();
    known?.takeReservedSeat('account');
    for (let n = 0; n < 6; n += 1) house.seat(`stranger ${n}`);
    expect(house.ended).toEqual([]);
  });

  it('for a known device are ordinary ones where the reserved are all kept', () => {
    const house = new House();
    for (const name of ['one', 'two', 'three']) {
      const known = house.enter(name);
      known?.takeReservedSeat(name);
      expect(known?.takeSeat()).toBe(true);
      if (known) known.isKept = true;
    }
    expect(house.ended).toEqual([]);
  });

  it('of one account are sixteen, so that its user does not take those of others', () => {
    const seats = new Seats({ connections: 256, connectionsWaiting: 256, connectionsPerSource: 256 });
    const ended: string[] = [];
    const reserve = (name: string, account: string) => {
      const guest = seats.enter(name, () => ended.push(name));
      guest?.takeReservedSeat(account);
      return guest;
    };
    for (let n = 0; n < 17; n += 1) reserve(`mallory ${n}`, 'mallory');
    expect(ended).toEqual(['mallory 0']);
    for (let n = 0; n < 48; n += 1) reserve(`other ${n}`, `account ${n}`);
    expect(ended).toEqual(['mallory 0']);
    reserve('alice', 'alice');
    expect(ended).toEqual(['mallory 0', 'mallory 1']);
  });

  it('of an account are not taken from its owner by a thief of the token at one other address', () => {
    const seats = new Seats({ connections: 256, connectionsWaiting: 256, connectionsPerSource: 256 });
    const ended = { owner: 0, thief: 0 };
    const reserve = (source: 'owner' | 'thief') => {
      const guest = seats.enter(source, () => {
        ended[source] += 1;
      });
      guest?.takeReservedSeat('alice');
    };
    reserve('owner');
    for (let n = 0; n < 100; n += 1) reserve('thief');
    expect(ended).toEqual({ owner: 0, thief: 85 });
  });

  it('are not taken by a connection that was closed while its message was handled', () => {
    const house = new House();
    const torn = house.enter('torn');
    torn?.leave();
    torn?.takeReservedSeat('account');
    expect(torn?.takeSeat()).toBe(true);
    for (let n = 0; n < 6; n += 1) house.seat(`other ${n}`);
    expect(house.ended).toEqual([]);
  });
});

it('never holds more than its limits, and never ends a connection twice or one that is kept', () => {
  const source = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const action = fc.constantFrom('enter', 'seat', 'device', 'keep', 'leave');
  fc.assert(
    fc.property(fc.array(fc.tuple(action, source), { maxLength: 100 }), (actions) => {
      const held = new Set<Guest>();
      const seats = new Seats(LIMITS);
      for (const [what, from] of actions) {
        if (what === 'leave') {
          for (const guest of held)
            if (guest.source === from) {
              guest.leave();
              held.delete(guest);
              break;
            }
          continue;
        }
        let own: Guest | undefined;
        const guest = seats.enter(from, () => {
          expect(own && held.has(own)).toBe(true);
          expect(own?.isKept).toBe(false);
          if (own) held.delete(own);
        });
        own = guest;
        if (!guest) continue;
        held.add(guest);
        if (what === 'device') guest.takeReservedSeat(from);
        if (what !== 'enter' && !guest.takeSeat()) {
          guest.leave();
          held.delete(guest);
        }
        if (what === 'keep') guest.isKept = true;
      }
      expect(held.size).toBeLessThanOrEqual(LIMITS.connections + LIMITS.connectionsWaiting);
    }),
  );
});
