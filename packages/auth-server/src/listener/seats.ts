/**
 * Which connections a process holds, and which one makes room when there are too many.
 *
 * 1. Every connection begins in the *waiting room*, before its handshake, and leaves it when its first message was
 *    answered with anything but an error. Silent and very slow connections never get further.
 * 2. Then it has a *seat*: one of the ordinary ones, three quarters of all, or, from a device that the account knows,
 *    one of the *reserved* quarter. Strangers cannot occupy reserved seats, and the devices of one account only a few.
 * 3. A new connection enters a full room, and the oldest connection of the source that holds the most places there is
 *    ended with `busy`. A source at its own limit loses its own oldest one; an account at its limit of reserved seats
 *    loses one in the same way as a room. Connections that have proven a password or an invitation, and those whose
 *    message is being handled, are never ended for others; if there are no others, the new one is refused.
 *
 * An attacker that has proven nothing therefore displaces mostly its own connections, and users are served.
 */
/** The numbers of places. */
export interface SeatLimits {
  /** Connections past their first message, ordinary and reserved together. */
  readonly connections: number;
  /** Connections before their first message. */
  readonly connectionsWaiting: number;
  /** Connections of one source in the waiting room, and as many in ordinary seats. */
  readonly connectionsPerSource: number;
}

/** Why the server ends a connection. */
export type EndCode = 'busy' | 'shutting_down';

/** The reserved seats of all devices of one account: its user cannot take those of all others. */
const SEATS_PER_ACCOUNT = 16;

/** The places of one process. */
export class Seats {
  readonly #rooms: Rooms;

  constructor(limits: SeatLimits) {
    this.#rooms = { waiting: new Room(), ordinary: new Room(), reserved: new Room() };
    this.resize(limits);
  }

  /** Changes the numbers of places. Connections beyond the new numbers stay until others need room. */
  resize({ connections, connectionsWaiting, connectionsPerSource }: SeatLimits): void {
    const reserved = Math.floor(connections / 4);
    this.#rooms.waiting.resize(connectionsWaiting, connectionsPerSource);
    this.#rooms.ordinary.resize(connections - reserved, connectionsPerSource);
    this.#rooms.reserved.resize(reserved, SEATS_PER_ACCOUNT);
  }

  /**
   * Lets a connection into the waiting room.
   *
   * @param end called when it has to make room, or by `endAll`
   * @returns `undefined` if no connection in the waiting room can be ended for it
   */
  enter(source: string, end: (code: EndCode) => void): Guest | undefined {
    const guest = new Guest(source, end, this.#rooms);
    return this.#rooms.waiting.admit(guest, source) ? guest : undefined;
  }

  /** Ends every connection. */
  endAll(code: EndCode): void {
    const { waiting, ordinary, reserved } = this.#rooms;
    for (const guest of [...waiting, ...ordinary, ...reserved]) guest.end(code);
  }
}

interface Rooms {
  readonly waiting: Room;
  readonly ordinary: Room;
  readonly reserved: Room;
}

/** A connection that has a place, until `leave`. */
export class Guest {
  readonly source: string;
  /** Whether it must not be ended for others: its message is being handled, or it has proven something. */
  isKept = false;
  #end: (code: EndCode) => void;
  readonly #rooms: Rooms;
  #room: Room | undefined;
  /** The holder of its place: its source, or its account among the reserved seats. */
  #holder: string;

  constructor(source: string, end: (code: EndCode) => void, rooms: Rooms) {
    this.source = source;
    this.#end = end;
    this.#rooms = rooms;
    this.#room = rooms.waiting;
    this.#holder = source;
  }

  get hasReservedSeat(): boolean {
    return this.#room === this.#rooms.reserved;
  }

  /** Replaces what `end` does, which depends on how far the connection is. */
  endBy(end: (code: EndCode) => void): void {
    this.#end = end;
  }

  /**
   * Takes an ordinary seat, unless it has a seat already.
   *
   * @returns `false` if it stays in the waiting room, because no seat is free and none can be made free
   */
  takeSeat(): boolean {
    return this.#room !== this.#rooms.waiting || this.#moveTo(this.#rooms.ordinary, this.source);
  }

  /** Takes one of the reserved seats if there is one for this account; otherwise the connection stays where it is. */
  takeReservedSeat(account: string): void {
    const { reserved } = this.#rooms;
    if (this.#room !== undefined && this.#room !== reserved) this.#moveTo(reserved, account);
  }

  #moveTo(room: Room, holder: string): boolean {
    if (!room.admit(this, holder)) return false;
    this.#room?.remove(this, this.#holder);
    this.#room = room;
    this.#holder = holder;
    return true;
  }

  /** Gives up its place; to be called when the socket is closed. */
  leave(): void {
    this.#room?.remove(this, this.#holder);
    this.#room = undefined;
  }

  end(code: EndCode): void {
    if (code === 'busy') this.leave();
    this.#end(code);
  }
}

/** A number of places, and their holders in the order of arrival. */
class Room {
  #places = 0;
  #perHolder = 0;
  readonly #guests = new Map<string, Set<Guest>>();
  #size = 0;

  resize(places: number, perHolder: number): void {
    this.#places = places;
    this.#perHolder = perHolder;
  }

  *[Symbol.iterator](): Iterator<Guest> {
    for (const guests of this.#guests.values()) yield* guests;
  }

  admit(guest: Guest, holder: string): boolean {
    const own = this.#guests.get(holder);
    if (own && own.size >= this.#perHolder) {
      const oldest = oldestOfTheLargest(bySource(own));
      if (!oldest) return false;
      oldest.end('busy');
    } else if (this.#size >= this.#places) {
      const oldest = oldestOfTheLargest(this.#guests.values());
      if (!oldest) return false;
      oldest.end('busy');
    }
    const guests = this.#guests.get(holder) ?? new Set();
    this.#guests.set(holder, guests.add(guest));
    this.#size += 1;
    return true;
  }

  remove(guest: Guest, holder: string): void {
    const guests = this.#guests.get(holder);
    if (!guests?.delete(guest)) return;
    this.#size -= 1;
    if (guests.size === 0) this.#guests.delete(holder);
  }
}

/**
 * Returns the oldest guest that can be ended, of the group that has the most of them. Of two groups with the same number,
 * the first counts.
 */
function oldestOfTheLargest(groups: Iterable<ReadonlySet<Guest>>): Guest | undefined {
  let most: Guest[] = [];
  for (const guests of groups) {
    if (guests.size <= most.length) continue;
    const some = sheddable(guests);
    if (some.length > most.length) most = some;
  }
  return most[0];
}

/** A thief of a device token displaces its own connections and not those of the owner, who is somewhere else. */
function bySource(guests: ReadonlySet<Guest>): Iterable<ReadonlySet<Guest>> {
  const sources = new Map<string, Set<Guest>>();
  for (const guest of guests) {
    const some = sources.get(guest.source) ?? new Set();
    sources.set(guest.source, some.add(guest));
  }
  return sources.values();
}

function sheddable(guests: ReadonlySet<Guest>): Guest[] {
  return [...guests].filter(({ isKept }) => !isKept);
}
