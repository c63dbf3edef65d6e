/** Opens the store and its accounts for a command. */

import { Administration } from '@countersign/auth-server/accounts';
import { keptLimits } from '@countersign/auth-server/limits';
import { EXIT, type ExitCode } from '@countersign/terminal';
import { inStore, type Opened } from '../../command.ts';
import type { OpenOptions } from '../../open-store.ts';
import { Unreadable } from '../../ui/messages.ts';

export interface OnAccounts extends Opened {
  readonly accounts: Administration;
}

/** Makes a command from a function that works on the accounts. */
export function onAccounts<Arguments extends unknown[]>(
  task: (on: OnAccounts, ...args: Arguments) => Promise<ExitCode> | Promise<void>,
  options?: OpenOptions,
) {
  return inStore(async (opened: Opened, ...args: Arguments): Promise<ExitCode> => {
    const unreadable = new Unreadable();
    const limits = await keptLimits(opened.store);
    const accounts = new Administration({
      ...opened.world,
      limits,
      onUnreadableCounter: unreadable.add,
    });
    const exit = await task({ ...opened, accounts }, ...args);
    return unreadable.report(opened.io, 'counter') || (exit ?? EXIT.done);
  }, options);
}
