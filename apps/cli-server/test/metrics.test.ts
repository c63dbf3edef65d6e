/** What is on the page for Prometheus, and that the dashboard and the alerts use nothing else. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Meter } from '@countersign/auth-server/fleet';
import { describe, expect, it } from 'vitest';
import { execFile, spawn } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { Metrics } from '../src/serving/metrics.ts';
import { dataDir } from './program.ts';
import { ONCE, start } from './starting.ts';
import { answers, start as startWorkers } from './workers.ts';

const STATE = { isReady: true, certificateExpires: 2e9, rootKeyCreated: 1e9, dataKeyCreated: 1.5e9 };

function pageOf(meter: Meter, state: { isReady: boolean } = STATE): Promise<string> {
  return new Metrics({ meter, state: async () => state }).print();
}

const deployed = (name: string) => fileURLToPath(new URL(`../../../deploy/${name}`, import.meta.url));

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

  it.each(['1', '2'])('has the handshakes, reads and delays of %s process(es)', async (workers) => {
    const program =
      workers === '1'
        ? start(await dataDir(), ONCE, '--metrics-port', '0')
        : await startWorkers('--workers', workers, '--metrics-port', '0');
    const { port } = await program.listening();
    const [, metrics] = await program.prints(/"metricsPort":(\d+)/);
    expect(await answers(port)).toBe(true);
    const page = async () => (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    await expect.poll(page).toMatch(/^countersign_login_stage_seconds_count\{stage="handshake"\} 1$/m);
    await expect
      .poll(page, { timeout: 10_000 })
      .toMatch(/^countersign_event_loop_delay_seconds_count [1-9]/m);
    expect(await page()).toMatch(/^countersign_store_seconds_count\{operation="commit"\} [1-9]/m);
    expect(await page()).toMatch(/^countersign_certificate_expires_timestamp_seconds 1\d{9}|2\d{9}$/m);
    expect(await page()).toMatch(/^countersign_key_created_timestamp_seconds\{key="data"\} \d+$/m);
  });
});

describe('the dashboard and the alerts', () => {
  it('name only metrics that the page has, and the documents name all of them', async () => {
    const page = await pageOf(new Meter());
    const names = [...page.matchAll(/^# TYPE (\w+) (\w+)$/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    for (const file of ['grafana-dashboard.json', 'alerts.yml', 'alerts.test.yml']) {
      const used = readFileSync(deployed(file), 'utf8').match(/\bcountersign_[a-z_]+/g) ?? [];
      expect(used.length).toBeGreaterThan(0);
      expect(names).toEqual(expect.arrayContaining([...new Set(used)]));
    }
    const table = readFileSync(deployed('README.md'), 'utf8');
    const documented = [...table.matchAll(/^\| `(countersign_\w+)` \|/gm)].map(([, name]) => name);
    expect(documented.sort()).toEqual([...page.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name).sort());
  });

  withCounterpart('promtool', 'according to promtool', () => {
    it('are valid, and alerts fire when they should', async () => {
      const { stdout } = await execFile('promtool', ['check', 'rules', deployed('alerts.yml')]);
      expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
      const tested = await execFile('promtool', ['test', 'rules', deployed('alerts.test.yml')]);
      expect(tested.stdout).toContain('SUCCESS');
    });

    it('the page has no mistake', async () => {
      const meter = new Meter();
      meter.count({ 'logins totp': 1, connections: 1, open: 1 });
      meter.observe('loop', 0.01);
      const promtool = spawn('promtool', ['check', 'metrics'], { stdio: 'pipe' });
      let complaints = '';
      for (const stream of [promtool.stdout, promtool.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          complaints += text;
        });
      const ended = new Promise((resolve) => promtool.once('close', resolve));
      promtool.stdin.end(await pageOf(meter));
      expect({ exit: await ended, complaints }).toEqual({ exit: 0, complaints: '' });
    });
  });
});
