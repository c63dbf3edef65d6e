/** Opens the store and its accounts for a command. */
import { Administration } from '@countersign/auth-server/accounts';
import { keptLimits } from '@countersign/auth-server/limits';
import { EXIT, type ExitCode } from '@countersign/terminal';
import { inStore, type Opened, type OpenOptions } from '../../open-store.ts';
import { Unreadable } from '../../ui/messages.ts';

export interface OnAccounts extends Opened {
  readonly accounts: Administration;
}

/** Makes an action from one that works on the accounts. */
export function onAccounts<Arguments extends unknown[]>(
  action: (on: OnAccounts, ...args: Arguments) => Promise<ExitCode> | Promise<void>,
  options?: OpenOptions,
) {
  return inStore(async (opened: Opened, ...args: Arguments): Promise<ExitCode> => {
    const { io, store } = opened;
    const { now: clock, randomBytes } = io;
    const unreadable = new Unreadable();
    const limits = await keptLimits(store);
    const world = { store, limits, clock, randomBytes, onUnreadableCounter: unreadable.add };
    const exit = await action({ ...opened, accounts: new Administration(world) }, ...args);
    return unreadable.report(io, 'counter') || (exit ?? EXIT.done);
  }, options);
}
