import { countsOf } from '@countersign/auth-server/fleet';
import { describe, expect, it } from 'vitest';
import { Metrics } from '../src/serving/metrics.ts';

describe('countersign_logins_total', () => {
  it('counts every completed login once, resets and recovery codes included', async () => {
    const metrics = new Metrics();
    const who = { uid: 'u', username: 'alice', source: '192.0.2.1' };
    const audited = ['login.succeeded', 'recovery.used', 'totp.replaced'] as const;
    for (const [n, kind] of audited.entries()) {
      metrics.add(countsOf({ kind: 'audited', event: { kind, username: 'alice' } }));
      const factor = n === 0 ? 'totp' : 'recovery';
      metrics.add(countsOf({ kind: 'login.succeeded', ...who, factor, reset: n === 2 }));
    }
    // A replacement in an open session is not a login.
    metrics.add(countsOf({ kind: 'audited', event: { kind: 'totp.replaced', username: 'alice' } }));
    expect(await metrics.print()).toMatch(/^countersign_logins_total 3$/m);
  });
});
