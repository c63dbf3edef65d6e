import { Connection } from '../src/connection.ts';
import type { Message, MessageType } from '../src/message.ts';
import { type Role, type State, TRANSITIONS } from '../src/states.ts';
import { example } from './arbitraries.ts';

/**
 * A client and a server connected to each other. Every message must arrive unchanged and keep both in the
 * same state.
 */
export class ConnectionPair {
  readonly client = new Connection({ role: 'client' });
  readonly server = new Connection({ role: 'server' });

  /** Sends a message and returns what the other end received. */
  pass(sender: Role, message: Message): Message[] {
    const to = sender === 'client' ? this.server : this.client;
    return to.receive(this[sender].send(message));
  }
}

export interface Step {
  readonly sender: Role;
  readonly type: MessageType;
}

/** All rows of the table in order. */
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

/** A shortest path from the start to each reachable state. */
export function ways(): Map<State, readonly Step[]> {
  const found = new Map<State, readonly Step[]>([['start', []]]);
  for (const [state, way] of found)
    for (const row of rows()) if (row.from === state && !found.has(row.to)) found.set(row.to, [...way, row]);
  return found;
}

/** A pair that has followed this path. */
export function pairAfter(way: readonly Step[]): ConnectionPair {
  const pair = new ConnectionPair();
  for (const { sender, type } of way) pair.pass(sender, example(type));
  return pair;
}
