import { Connection } from '../src/connection.ts';
import type { Message, MessageType } from '../src/message.ts';
import { type Role, type State, TRANSITIONS } from '../src/states.ts';
import { example } from './arbitraries.ts';

/** A client and a server joined back to back; every message must arrive as it was sent and keep both in one state. */
export class ConnectionPair {
  readonly client = new Connection({ role: 'client' });
  readonly server = new Connection({ role: 'server' });

  /** Sends a message; returns what the other end made of it. */
  pass(sender: Role, message: Message): Message[] {
    const to = sender === 'client' ? this.server : this.client;
    return to.receive(this[sender].send(message));
  }
}

export interface Step {
  readonly sender: Role;
  readonly type: MessageType;
}

/** All rows of the table in the order in which they stand. */
export function rows(): (Step & { readonly from: State; readonly to: State })[] {
  return Object.entries(TRANSITIONS).flatMap(([from, row]) =>
    Object.entries(row).flatMap(([sender, messages]) =>
      Object.entries(messages).map(([type, to]) => ({
        from: from as State,
        sender: sender as Role,
        type: type as MessageType,
        to: to as State,
      })),
    ),
  );
}

/** A shortest way from the start to each state that can be reached. */
export function ways(): Map<State, readonly Step[]> {
  const found = new Map<State, readonly Step[]>([['start', []]]);
  for (const [state, way] of found)
    for (const row of rows()) if (row.from === state && !found.has(row.to)) found.set(row.to, [...way, row]);
  return found;
}

/** A pair that has gone that way. */
export function pairAfter(way: readonly Step[]): ConnectionPair {
  const pair = new ConnectionPair();
  for (const { sender, type } of way) pair.pass(sender, example(type));
  return pair;
}
