/** The regular work of a process that serves: failures are gathered into the audit log, and what is old is removed. */
import type { Store } from '@countersign/secure-store';
import { pruneAudit } from '../audit/prune.ts';
import { type Services, secondsNow } from '../session/services.ts';

const FLUSH_MILLISECONDS = 60_000;
const SWEEP_MILLISECONDS = 15 * 60_000;
const PRUNE_MILLISECONDS = 60 * 60_000;
const DAY_MILLISECONDS = 24 * 60 * 60_000;

/** Regular work that has been started. */
export interface Chores {
  /** Starts further work, whose errors are reported. */
  inBackground(work: () => Promise<unknown>): void;
  /** Starts no more, and ends what takes long. */
  stop(): void;
  /** Resolves when all work has ended. */
  done(): Promise<void>;
}

/** @param options `auditDays`: how long audit events are kept */
export function startChores(
  services: Services,
  options: { store: Store; auditDays: () => number; onFailure: (error: unknown) => void },
): Chores {
  const { journal, ledger, invitations, ssh, clock } = services;
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  const { signal } = stopping;

  function inBackground(work: () => Promise<unknown>): void {
    const done = work()
      .then(() => {}, options.onFailure)
      .finally(() => running.delete(done));
    running.add(done);
  }

  const every = (milliseconds: number, work: () => Promise<unknown>) =>
    setInterval(() => inBackground(work), milliseconds).unref();

  async function prune(): Promise<void> {
    const before = clock() - options.auditDays() * DAY_MILLISECONDS;
    const count = await pruneAudit(options.store, before, { now: clock(), signal });
    if (count > 0) await journal.commit([], [{ kind: 'admin.audit_pruned', count }]);
  }

  const sweep = () => ledger.sweep(signal);
  const removeExpired = () => invitations.removeExpired(secondsNow(services));
  const intervals = [
    every(FLUSH_MILLISECONDS, () => journal.flush()),
    every(SWEEP_MILLISECONDS, sweep),
    every(PRUNE_MILLISECONDS, prune),
    every(PRUNE_MILLISECONDS, () => ssh.prune()),
    every(PRUNE_MILLISECONDS, removeExpired),
  ];
  for (const work of [sweep, prune, removeExpired]) inBackground(work);
  return {
    inBackground,
    stop() {
      for (const interval of intervals) clearInterval(interval);
      stopping.abort(new Error('the server is shutting down'));
    },
    async done() {
      await Promise.all(running);
    },
  };
}
