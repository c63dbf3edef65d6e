/** Asks for a passphrase other than that of `--store`, such as the one of a backup. */
import type { Unlock } from '@countersign/secure-store';
import { type Io, openPrompts, type Prompts } from '@countersign/terminal';
import type { Settings } from '../../settings.ts';
import { askUnlock, forget, unlocking } from '../../unlock.ts';

/** Asks for the passphrase, and once for what `confirming` asks. `work` must check the passphrase before it changes anything. */
export async function withUnlock<T>(
  io: Io,
  settings: Settings,
  confirming: (prompts: Prompts) => Promise<void>,
  work: (unlock: Unlock) => Promise<T>,
): Promise<T> {
  const prompts = openPrompts(io);
  let isConfirmed = false;
  try {
    return await unlocking(io, prompts, settings, {
      async ask() {
        const unlock = await askUnlock(io, prompts, settings);
        if (!isConfirmed) await confirming(prompts);
        isConfirmed = true;
        return unlock;
      },
      open: (unlock) => work(unlock).finally(() => forget(unlock)),
    });
  } finally {
    prompts.close();
  }
}
