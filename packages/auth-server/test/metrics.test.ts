/** What is on the page for Prometheus. */
import { Meter } from '@countersign/auth-server/fleet';
import { metricsPage } from '@countersign/auth-server/metrics';
import { memoryBackend } from '@countersign/secure-store';
import { describe, expect, it } from 'vitest';

const STATE = { isReady: true, certificateExpires: 2e9, rootKeyCreated: 1e9, dataKeyCreated: 1.5e9 };

function pageOf(meter: Meter, state: { isReady: boolean } = STATE): Promise<string> {
  return metricsPage({ meter, state: async () => state })();
}

describe('the page', () => {
  it('has counters by label', async () => {
    const meter = new Meter();
    meter.count({
      'logins totp': 2,
      'logins recovery': 1,
      wrongPasswords: 4,
      'refusedAttempts source.failures': 1,
    });
    meter.count({ 'logins totp': 1 });
    const page = await pageOf(meter);
    expect(page).toMatch(/^countersign_logins_total\{factor="totp"\} 3$/m);
    expect(page).toMatch(/^countersign_logins_total\{factor="recovery"\} 1$/m);
    expect(page).toMatch(/^countersign_failed_passwords_total 4$/m);
    expect(page).toMatch(/^countersign_attempts_refused_total\{reason="source.failures"\} 1$/m);
  });

  it('has histograms with cumulated buckets', async () => {
    const meter = new Meter();
    for (const seconds of [0.001, 0.002, 0.3, 20]) meter.observe('proof', seconds);
    const page = await pageOf(meter);
    const bucket = (le: string) =>
      page.split(`\ncountersign_login_stage_seconds_bucket{stage="proof",le="${le}"} `)[1]?.split('\n')[0];
    expect(['0.001', '0.0025', '0.25', '0.5', '10', '+Inf'].map(bucket)).toEqual([
      '1',
      '2',
      '2',
      '3',
      '3',
      '4',
    ]);
    expect(page).toMatch(/^countersign_login_stage_seconds_sum\{stage="proof"\} 20\.303$/m);
    expect(page).toMatch(/^countersign_login_stage_seconds_count\{stage="code"\} 0$/m);
  });

  it('shows the state of the store and the certificate, as far as it is known', async () => {
    const page = await pageOf(new Meter());
    expect(page).toMatch(/^countersign_ready 1$/m);
    expect(page).toMatch(/^countersign_certificate_expires_timestamp_seconds 2000000000$/m);
    expect(page).toMatch(/^countersign_key_created_timestamp_seconds\{key="root"\} 1000000000$/m);
    expect(await pageOf(new Meter(), { isReady: false })).toMatch(/^countersign_ready 0$/m);
  });

  it('adds up what workers have measured, once', async () => {
    const [worker, first] = [new Meter(), new Meter()];
    worker.count({ connections: 2, open: 1 });
    worker.observe('read', 0.2);
    first.add(worker.take());
    first.add(worker.take());
    worker.count({ open: -1 });
    worker.observe('read', 0.2);
    first.add(worker.take());
    const page = await pageOf(first);
    expect(page).toMatch(/^countersign_connections_total 2$/m);
    expect(page).toMatch(/^countersign_connections_open 0$/m);
    expect(page).toMatch(/^countersign_store_seconds_count\{operation="read"\} 2$/m);
  });
});

it('measures a back end without changing what it promises', () => {
  const backend = { ...memoryBackend(), remote: true } as const;
  const measured = new Meter().measuring(backend);
  const { name, remote } = measured;
  expect({ name, remote }).toEqual({ name: 'memory', remote: true });
});
