/** The files of deploy/, as far as they can be checked without systemd and a container runtime running. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { execFile, spawn } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { SETTINGS } from '../src/setting-table.ts';
import { dataDir, folder } from './program.ts';
import { ONCE, start, starting } from './starting.ts';
import { childrenOf } from './workers.ts';

const deploy = new URL('../../../deploy/', import.meta.url);
const unit = readFileSync(new URL('countersign.service', deploy), 'utf8');
const containerfile = readFileSync(new URL('Containerfile', deploy), 'utf8');
const PROGRAM = fileURLToPath(new URL('../bin/countersign-server.js', import.meta.url));

function optionsOf(line: string): string[] {
  return [...line.matchAll(/--([a-z-]+)/g)].map(([, name = '']) => name);
}

describe('the unit file', () => {
  it('uses options that exist, and nothing that crashes V8', () => {
    const names = SETTINGS.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(optionsOf(/^ExecStart=.*$/m.exec(unit)?.[0] ?? '')));
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute/m);
  });

  withCounterpart('systemd-analyze', 'according to systemd', () => {
    /** The unit with programs that exist on this machine. */
    function installed(): string {
      const path = join(folder(), 'countersign.service');
      writeFileSync(path, unit.replace('/usr/local/bin/countersign-server', process.execPath));
      return path;
    }

    it('is valid', async () => {
      const { stdout, stderr } = await execFile('systemd-analyze', ['verify', installed()]);
      expect(stdout + stderr).toBe('');
    });

    it('restricts what the service can do to the machine', async () => {
      // The exposure is between 0 and 10; the threshold is ten times that.
      const args = ['security', '--offline=true', '--no-pager', '--threshold=20', installed()];
      const { stdout } = await execFile('systemd-analyze', args);
      expect(stdout).toMatch(/Overall exposure level for countersign.service: 1\.\d OK/);
    });
  });
});

withCounterpart(['tini', 'mounts'], 'as the first process of a container', () => {
  it('tini forwards SIGTERM and reaps orphaned processes', async () => {
    // The subshell ends at once, so its child becomes that of process 1.
    const orphan = '(sleep 0.01 &) ; exec "$@"';
    const server = [process.execPath, PROGRAM, ...starting(await dataDir())];
    const argv = ['-rpf', '--mount-proc', 'tini', '--', 'sh', '-c', orphan, 'sh', ...server];
    const outside = spawn('unshare', argv, { stdio: 'pipe', env: { PATH: process.env.PATH } });
    let stdout = '';
    const listening = new Promise<void>((resolve) => {
      outside.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
        if (stdout.includes('"event":"listening"')) resolve();
      });
    });
    const ended = new Promise((resolve) => outside.once('close', resolve));
    outside.stdin.write(ONCE);
    await listening;
    const [first] = childrenOf(outside.pid);
    await expect.poll(() => childrenOf(first)).toHaveLength(1);
    process.kill(first ?? 0, 'SIGTERM');
    expect(await ended).toBe(0);
  });
});

describe('the Containerfile', () => {
  it('runs the program without privileges, below a process 1 that reaps orphans', () => {
    expect(containerfile).toMatch(/^USER \d+:\d+$/m);
    const entry: unknown = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(containerfile)?.[1] ?? '[]');
    const path = PROGRAM.slice(PROGRAM.indexOf('/apps/'));
    expect(entry).toEqual(['tini', '--', 'node', `/opt/countersign${path}`]);
  });

  it('sets variables and options that exist', () => {
    const variables = SETTINGS.map(({ name }) => `COUNTERSIGN_${name.toUpperCase().replaceAll('-', '_')}`);
    const used = [...containerfile.matchAll(/COUNTERSIGN_\w+/g)].map(([name]) => name);
    expect(variables).toEqual(expect.arrayContaining(used));
    const names = SETTINGS.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(optionsOf(/^CMD .*$/m.exec(containerfile)?.[0] ?? '')));
  });

  it('has a health check that succeeds while the server is alive, and only then', async () => {
    const [, script = ''] = /^HEALTHCHECK .*"\/opt\/countersign(\/[^"]*)"\]$/m.exec(containerfile) ?? [];
    const path = join(fileURLToPath(new URL('..', deploy)), script);
    expect(existsSync(path)).toBe(true);
    const check = (port: string) =>
      execFile(process.execPath, [path], { env: { COUNTERSIGN_METRICS_PORT: port } }).then(
        () => 'healthy',
        () => 'unhealthy',
      );
    const program = start(await dataDir(), ONCE, '--metrics-port', '0');
    const [, port = ''] = await program.prints(/"metricsPort":(\d+)/);
    expect(await check(port)).toBe('healthy');
    await program.end();
    expect(await check(port)).toBe('unhealthy');
  });
});
