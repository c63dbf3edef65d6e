/** What is on the page for Prometheus, and that the dashboard and the alerts use nothing else. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Meter } from '@countersign/auth-server/fleet';
import { metricsPage } from '@countersign/auth-server/metrics';
import { describe, expect, it } from 'vitest';
import { execFile, spawn } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { dataDir } from './program.ts';
import { ONCE, start } from './starting.ts';
import { answers, start as startWorkers } from './workers.ts';

function pageOf(meter: Meter): Promise<string> {
  return metricsPage({ meter, state: async () => ({ isReady: true }) })();
}

const deployed = (name: string) => fileURLToPath(new URL(`../../../deploy/${name}`, import.meta.url));

describe('the page of a running server', () => {
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
