/** What the system does to LMDB, in processes of their own: it must end in a coded error and damage nothing. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

const STEPS = fileURLToPath(new URL('harness-steps-child.mjs', import.meta.url));
const NOBODY = 65_534;

let dir: string;
beforeEach(() => {
  const parent = mkdtempSync(join(tmpdir(), 'countersign-faults-'));
  dir = join(parent, 'store');
  onTestFinished(() => rmSync(parent, { recursive: true }));
});

interface Steps {
  readonly steps: readonly string[];
  readonly end: unknown;
}

/** Runs harness-steps-child.mjs behind other programs; one thread does all file access, so that faults come in order. */
function run(count: number, size: number, before: readonly string[] = [], as = 0): Steps {
  const [command = '', ...args] = [
    ...before,
    process.execPath,
    STEPS,
    `lmdb:${dir}`,
    String(count),
    String(size),
  ];
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1', AS: String(as) };
  const { status, signal, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env });
  expect({ status, signal }, stderr).toEqual({ status: 0, signal: null });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  return { steps: lines.slice(0, -1).map(String), end: lines.at(-1) };
}

const sound = (acknowledged: number) => ({ acknowledged, there: acknowledged, bad: 0 });

/** Of a write that is done in part, LMDB does not say why the rest is not. */
const OUTCOMES = ['acknowledged', 'full', 'backend_gone'];

describe('a full disk', () => {
  /** A limit on the size of files, in KiB; the signal that comes with it would end the process. */
  const limited = (most: number) => ['bash', '-c', `trap '' XFSZ; ulimit -f ${most}; exec "$@"`, 'bash'];

  it('is a clear error, damages nothing, and is over when there is space again', () => {
    const { steps, end } = run(500, 100, limited(100));
    const acknowledged = steps.filter((step) => step === 'acknowledged').length;
    expect(acknowledged).toBeGreaterThan(3);
    expect(steps.length).toBeGreaterThan(acknowledged);
    for (const step of steps) expect(OUTCOMES).toContain(step);
    expect(end).toEqual(sound(acknowledged));
    expect(run(20, 100).end).toEqual(sound(20));
  });

  it('in the middle of a large record is an error too', () => {
    const { steps, end } = run(60, 20_000, limited(400));
    const acknowledged = steps.filter((step) => step === 'acknowledged').length;
    expect(acknowledged).toBeGreaterThan(3);
    expect(steps.length).toBeGreaterThan(acknowledged);
    for (const step of steps) expect(OUTCOMES).toContain(step);
    expect(end).toEqual(sound(acknowledged));
    expect(run(20, 20_000).end).toEqual(sound(20));
  });
});

describe('a disk that fails', () => {
  it.each([
    ['data pages cannot be written', 'pwrite64:error=ENOSPC:when=30', 'full'],
    ['a header cannot be written', 'pwrite64:error=ENOSPC:when=31', 'full'],
    ['nothing can be written for a while', 'pwrite64:error=EIO:when=30..40', 'backend_gone'],
    ['nothing can be made durable', 'fdatasync:error=EIO:when=12', 'backend_gone'],
  ])('when %s: the commit fails, and the next ones do not hang', (_, fault, code) => {
    const log = join(dirname(dir), 'calls');
    const { steps, end } = run(30, 100, ['strace', '-f', '-o', log, '-e', `inject=${fault}`]);
    const acknowledged = steps.filter((step) => step === 'acknowledged').length;
    expect(new Set(steps)).toEqual(new Set(['acknowledged', code]));
    expect(steps.at(-1)).toBe('acknowledged');
    expect(end).toEqual(sound(acknowledged));
    expect(run(3, 100).end).toEqual(sound(3));
  });
});

describe('an acknowledgement', () => {
  it('comes after the data is flushed and after the header is written through', () => {
    const log = join(dirname(dir), 'calls');
    const calls = 'trace=openat,pwrite64,pwritev,writev,fdatasync,write';
    run(20, 3000, ['strace', '-f', '-o', log, '-e', calls, '-s', '40']);
    const descriptors = new Map<string, string>();
    let since: string[] = [];
    let acknowledgements = 0;
    for (const line of readFileSync(log, 'utf8').split('\n')) {
      const opened = /openat\(.*data\.mdb", ([^)]*)\)\s+= (\d+)/.exec(line);
      if (opened?.[2] !== undefined)
        descriptors.set(opened[2], opened[1]?.includes('O_DSYNC') ? 'header' : 'data');
      const call = /(pwrite64|pwritev|writev|fdatasync)\((\d+)/.exec(line);
      const file = descriptors.get(call?.[2] ?? '');
      if (call !== null && file !== undefined)
        since.push(`${call[1] === 'fdatasync' ? 'flush' : 'write'} ${file}`);
      if (!/write\(1, "\\"acknowledged/.test(line)) continue;
      acknowledgements += 1;
      const order = since.filter((what, i) => what !== since[i - 1]);
      expect(order.slice(-3), `acknowledgement ${acknowledgements}`).toEqual([
        'write data',
        'flush data',
        'write header',
      ]);
      since = [];
    }
    expect(acknowledgements).toBe(20);
  });
});

describe('permissions', () => {
  /** Root may do everything, so these run as somebody who may not. */
  const somebody = process.getuid?.() === 0 ? NOBODY : 0;
  const made = () => {
    mkdirSync(dir, { mode: 0o700 });
    if (somebody > 0) {
      chmodSync(dirname(dir), 0o755);
      chownSync(dir, somebody, somebody);
    }
    expect(run(3, 100, [], somebody).end).toEqual(sound(3));
  };

  it('are 0700 for the directory and 0600 for the files', () => {
    run(1, 100);
    const modes = ['.', 'data.mdb', 'lock.mdb'].map((name) => statSync(join(dir, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  });

  it.each([
    ['the data may only be read', 'data.mdb', 0o400],
    ['the data may not be read', 'data.mdb', 0o000],
    ['the lock may only be read', 'lock.mdb', 0o400],
    ['the lock may not be read', 'lock.mdb', 0o000],
    ['the directory may not be entered', '.', 0o000],
  ])('taken away are a clear error, when %s', (_, name, mode) => {
    made();
    const path = join(dir, name);
    const before = statSync(path).mode;
    chmodSync(path, mode);
    expect(run(1, 100, [], somebody).end).toBe('read_only');
    chmodSync(path, before);
    expect(run(1, 100, [], somebody).end).toEqual(sound(1));
  });

  it('of a new store in a directory that may only be read are a clear error', () => {
    made();
    rmSync(join(dir, 'data.mdb'));
    rmSync(join(dir, 'lock.mdb'));
    chmodSync(dir, 0o500);
    expect(run(1, 100, [], somebody).end).toBe('read_only');
    chmodSync(dir, 0o700);
  });
});
