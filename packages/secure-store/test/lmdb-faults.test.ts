/**
 * Faults that the system inflicts on LMDB, each in a separate process: they must end in a coded error and
 * damage nothing.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { spawnSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { TAKEN_AWAY } from './permissions.mjs';
import { takeSteps } from './steps.mjs';

const STEPS = fileURLToPath(new URL('harness-steps-child.mjs', import.meta.url));
/** Runs a program as root without the capability to bypass permissions. */
const SETPRIV = ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all'];

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

/**
 * Runs harness-steps-child.mjs under other programs. One thread does all file access, so that faults occur in
 * order.
 */
function run(count: number, size: number, before: readonly string[] = []): Steps {
  const [command = '', ...args] = [
    ...before,
    process.execPath,
    STEPS,
    `lmdb:${dir}`,
    String(count),
    String(size),
  ];
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  const { status, signal, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env,
    timeout: LIMIT,
  });
  expect({ status, signal }, stderr).toEqual({ status: 0, signal: null });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  return { steps: lines.slice(0, -1).map(String), end: lines.at(-1) };
}

/** The same in this process, on a disk that works again. */
const afterwards = (count: number, size: number) =>
  takeSteps({ place: `lmdb:${dir}`, count, size }, () => {});

/** Time limit of a child, in milliseconds; after that it is killed. */
const LIMIT = 30_000;

const sound = (acknowledged: number) => ({ acknowledged, there: acknowledged, bad: 0 });

/** When a write is done in part, LMDB does not say why the rest failed. */
const OUTCOMES = ['acknowledged', 'full', 'backend_gone'];

withCounterpart('bash', 'in a shell with a limit', () => {
  describe('a full disk', () => {
    /** Limits the size of files, in KiB, and ignores the signal that would end the process. */
    const limited = (most: number) => ['bash', '-c', `trap '' XFSZ; ulimit -f ${most}; exec "$@"`, 'bash'];

    it('causes a clear error and no damage, and recovers when space is freed', async () => {
      const { steps, end } = run(500, 100, limited(100));
      const acknowledged = steps.filter((step) => step === 'acknowledged').length;
      expect(acknowledged).toBeGreaterThan(3);
      expect(steps.length).toBeGreaterThan(acknowledged);
      for (const step of steps) expect(OUTCOMES).toContain(step);
      expect(end).toEqual(sound(acknowledged));
      expect(await afterwards(20, 100)).toEqual(sound(20));
    });

    it('in the middle of a large record causes an error too', async () => {
      const { steps, end } = run(60, 20_000, limited(400));
      const acknowledged = steps.filter((step) => step === 'acknowledged').length;
      expect(acknowledged).toBeGreaterThan(3);
      expect(steps.length).toBeGreaterThan(acknowledged);
      for (const step of steps) expect(OUTCOMES).toContain(step);
      expect(end).toEqual(sound(acknowledged));
      expect(await afterwards(20, 20_000)).toEqual(sound(20));
    });
  });
});

/** Under strace, which stops only at the given system calls; that is many times faster. */
const traced = (log: string, calls: string, ...options: readonly string[]) => [
  ...['strace', '-f', '--seccomp-bpf', '-o', log, '-e', `trace=${calls}`],
  ...options,
];

withCounterpart('strace', 'under strace', () => {
  describe('a disk that fails', () => {
    it.each([
      ['data pages cannot be written', 'pwrite64:error=ENOSPC:when=30', 'full'],
      ['a header cannot be written', 'pwrite64:error=ENOSPC:when=31', 'full'],
      ['nothing can be written for a while', 'pwrite64:error=EIO:when=30..40', 'backend_gone'],
      ['nothing can be made durable', 'fdatasync:error=EIO:when=12', 'backend_gone'],
    ])('when %s: the commit fails, and the next ones do not hang', async (_, fault, code) => {
      const log = join(dirname(dir), 'calls');
      const { steps, end } = run(30, 100, traced(log, fault.replace(/:.*/, ''), '-e', `inject=${fault}`));
      const acknowledged = steps.filter((step) => step === 'acknowledged').length;
      expect(new Set(steps)).toEqual(new Set(['acknowledged', code]));
      expect(steps.at(-1)).toBe('acknowledged');
      expect(end).toEqual(sound(acknowledged));
      expect(await afterwards(3, 100)).toEqual(sound(3));
    });
  });
});

withCounterpart('strace', 'under strace', () => {
  describe('an acknowledgement', () => {
    it('comes after the data is flushed and the header is written through', () => {
      const log = join(dirname(dir), 'calls');
      const calls = 'openat,pwrite64,pwritev,writev,fdatasync,write';
      run(20, 3000, traced(log, calls, '-s', '40'));
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
});

withCounterpart('setpriv', 'permissions', () => {
  const CHILD = fileURLToPath(new URL('harness-permissions-child.mjs', import.meta.url));
  let outcomes: { made: unknown; denied: unknown; restored: unknown }[];

  /**
   * One process goes through the whole table, without root's capabilities, which would bypass permissions.
   */
  beforeAll(() => {
    const parent = mkdtempSync(join(tmpdir(), 'countersign-permissions-'));
    const before = process.getuid?.() === 0 ? SETPRIV : [];
    const [command = '', ...args] = [...before, process.execPath, CHILD, parent];
    try {
      const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: LIMIT });
      expect(status, stderr).toBe(0);
      outcomes = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    } finally {
      rmSync(parent, { recursive: true });
    }
  });

  it('are 0700 for the directory and 0600 for the files', () => {
    run(1, 100);
    const modes = ['.', 'data.mdb', 'lock.mdb'].map((name) => statSync(join(dir, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600, 0o600]);
  });

  it.each(TAKEN_AWAY.map(({ what }, index) => [what, index] as const))(
    'cause a clear error only while they are missing, when %s',
    (_, index) => {
      expect(outcomes[index]).toEqual({ made: sound(3), denied: 'read_only', restored: sound(1) });
    },
  );
});
