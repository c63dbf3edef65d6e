import { TRANSITIONS } from '@countersign/wire-protocol';
import { describe, expect, it } from 'vitest';
import { HANDLERS, type Handlers } from '../src/session/handlers.ts';

describe('the handlers', () => {
  it('are those of the messages that the client may send, state by state', () => {
    const expected = Object.entries(TRANSITIONS).flatMap(([state, row]) =>
      'client' in row ? [[state, Object.keys(row.client).sort()]] : [],
    );
    const actual = Object.entries(HANDLERS).map(([state, row]) => [state, Object.keys(row).sort()]);
    expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
  });

  it('do not compile if a message or a state has been forgotten', () => {
    const { 'account.show': show, ...authenticated } = HANDLERS.authenticated;
    const { replacement, ...states } = HANDLERS;
    // @ts-expect-error no handler for `account.show`
    const withoutMessage: Handlers = { ...HANDLERS, authenticated };
    // @ts-expect-error no handlers for `replacement`
    const withoutState: Handlers = states;
    // @ts-expect-error a handler for a message that is not allowed there
    const withStranger: Handlers = { ...HANDLERS, invited: { ...HANDLERS.invited, 'account.show': show } };
    expect([withoutMessage, withoutState, withStranger, replacement]).toHaveLength(4);
  });
});
