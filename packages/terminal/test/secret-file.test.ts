import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { spawn, spawnSync } from '../../../scripts/child-process.mjs';
import { withCounterpart } from '../../../scripts/test/with-counterpart.ts';
import { accessProblem } from '../src/files/secret-file.ts';
import { openPrompts, readSecretFile } from '../src/index.ts';
import { memoryIo } from '../src/testing.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'secrets-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Uint8Array, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

/** Whether this process has the file open. */
function isOpenHere(path: string): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      // The descriptor of this very listing, closed by now.
      return false;
    }
  });
}

async function read(path: string, input = '') {
  const { io } = memoryIo({ input });
  const prompts = openPrompts(io);
  return { secret: await readSecretFile({ path, what: 'Password', prompts, signal: io.signal }) };
}

describe('a secret in a file', () => {
  it.each([
    ['without a line end', 'open sesame', 'open sesame'],
    ['with a line end', 'open sesame\n', 'open sesame'],
    ['with a line end of Windows', 'open sesame\r\n', 'open sesame'],
    ['with two line ends', 'open sesame\n\n', 'open sesame\n'],
    ['with spaces and a byte order mark', '\ufeff open sesame \n', ' open sesame '],
    ['with two byte order marks', '\ufeff\ufeffopen', '\ufeffopen'],
    ['as PowerShell writes it', Buffer.from('\ufefföpen sesame\r\n', 'utf16le'), 'öpen sesame'],
    ['in big-endian UTF-16', Buffer.from('\ufeffopen', 'utf16le').swap16(), 'open'],
    ['of the greatest length', `${'x'.repeat(4095)}\n`, 'x'.repeat(4095)],
  ])('%s is read unchanged except for one line end', async (_how, content, expected) => {
    expect(await read(write('good', content))).toEqual({ secret: expected });
  });

  it.each([0o620, 0o602, 0o666, 0o604, 0o644])(
    'is refused when others can write or read it (mode %o)',
    async (mode) => {
      const path = write('open', 'open sesame', mode);
      await expect(read(path)).rejects.toMatchObject({
        code: 'secret_file_access',
        exit: 2,
        message: expect.stringContaining(`The secret file ${path} is not private: `),
        hint: 'Check its content, make yourself its owner, and run chmod 600 on it.',
      });
    },
  );

  it('is accepted when a group of this process can read it', async () => {
    expect(await read(write('group', 'open sesame', 0o640))).toEqual({ secret: 'open sesame' });
  });

  it.each([
    ['of its user', { uid: 1000, gid: 50, mode: 0o600 }, true],
    ['of root', { uid: 0, gid: 0, mode: 0o400 }, true],
    ['of root, readable by a group of the process', { uid: 0, gid: 50, mode: 0o440 }, true],
    ['of root, readable by another group', { uid: 0, gid: 51, mode: 0o440 }, false],
    ['of its user, readable by another group', { uid: 1000, gid: 51, mode: 0o640 }, false],
    ['of another user', { uid: 1001, gid: 50, mode: 0o600 }, false],
    ['that a group of the process can write', { uid: 1000, gid: 50, mode: 0o660 }, false],
    [
      "of root that root's group can read, as systemd shows a credential",
      { uid: 0, gid: 0, mode: 0o440 },
      true,
    ],
    ['that every user can read', { uid: 1000, gid: 50, mode: 0o604 }, false],
  ])('%s is judged by owner, groups and mode', (_what, stat, accepted) => {
    expect(accessProblem(stat, { user: 1000, groups: [50, 60] }) === undefined).toBe(accepted);
  });

  it.each([
    ['empty', ''],
    ['nothing but a line end', '\n'],
    ['too long', 'x'.repeat(4097)],
    ['far too long', 'x'.repeat(1_000_000)],
    ['not UTF-8', Uint8Array.of(0x61, 0xff)],
    ['half a character of UTF-16', Uint8Array.of(0xff, 0xfe, 0x61)],
    ['a lone surrogate of UTF-16', Uint8Array.of(0xff, 0xfe, 0x00, 0xd8)],
  ])('is refused when it is %s', async (_what, content) => {
    await expect(read(write('bad', content))).rejects.toMatchObject({ code: 'secret_file_invalid', exit: 2 });
  });

  withCounterpart('coreutils', 'beside named pipes', () => {
    it('is refused when it is a folder, a device or a pipe without a writer', async () => {
      const named = join(folder, 'pipe');
      spawnSync('mkfifo', ['-m', '600', named]);
      mkdirSync(join(folder, 'folder'));
      for (const path of [join(folder, 'folder'), '/dev/zero', named])
        await expect(read(path)).rejects.toMatchObject({ code: 'secret_file_invalid', exit: 2 });
    });
  });

  withCounterpart(['linux', 'coreutils'], 'on Linux', () => {
    it('is awaited in a pipe with a writer, such as <(command) of a shell', async () => {
      const named = join(folder, 'written');
      spawnSync('mkfifo', ['-m', '600', named]);
      const writer = spawn(
        'sh',
        ['-c', 'exec 3<>"$1"; echo; read _; printf "open " >&3; echo sesame >&3', '-', named],
        {
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      await once(writer.stdout, 'data');
      const reading = read(named);
      // A pipe forgets what was written when its last end closes, and the writer ends when it has written.
      await vi.waitUntil(() => isOpenHere(named), 30_000);
      writer.stdin.end('go\n');
      expect(await reading).toEqual({ secret: 'open sesame' });
    });
  });

  it('is judged by the target of a link', async () => {
    const link = join(folder, 'link');
    symlinkSync(write('behind', 'open sesame', 0o666), link);
    await expect(read(link)).rejects.toMatchObject({ code: 'secret_file_access' });
  });

  it('is named when it is missing, without its escape sequences', async () => {
    const problem = { code: 'secret_file_unreadable', exit: 2 };
    await expect(read(join(folder, 'none'))).rejects.toMatchObject({
      ...problem,
      message: `The secret file ${join(folder, 'none')} cannot be opened: there is no such file or directory.`,
    });
    await expect(read('no\u001b[2Jne\0')).rejects.toMatchObject(problem);
    await expect(read('no\u001b[2Jne')).rejects.toMatchObject({
      message: expect.stringContaining('no[2Jne'),
    });
  });

  it('comes from one line of standard input when it is called -', async () => {
    expect(await read('-', 'open sesame\r\n123456\n')).toEqual({ secret: 'open sesame' });
    await expect(read('-')).rejects.toMatchObject({ code: 'end_of_input' });
  });
});
