import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { homeFolder } from '../src/files/user-folder.ts';
import { runtimeFolder, userFolder } from '../src/index.ts';

describe('the folder for a program of a user', () => {
  it.each([
    ['the XDG default', { HOME: '/home/ann' }, '/home/ann/.local/share/app', '/home/ann/.config/app'],
    ['XDG paths', { HOME: '/home/ann', XDG_DATA_HOME: '/d', XDG_CONFIG_HOME: '/c' }, '/d/app', '/c/app'],
    [
      'relative XDG paths, which are ignored',
      { HOME: '/home/ann', XDG_DATA_HOME: 'd', XDG_CONFIG_HOME: './c' },
      '/home/ann/.local/share/app',
      '/home/ann/.config/app',
    ],
    [
      'empty XDG paths',
      { HOME: '/home/ann', XDG_DATA_HOME: '', XDG_CONFIG_HOME: '' },
      '/home/ann/.local/share/app',
      '/home/ann/.config/app',
    ],
    [
      'XDG paths without a home',
      { HOME: '', XDG_DATA_HOME: '/d', XDG_CONFIG_HOME: '/c' },
      '/d/app',
      '/c/app',
    ],
  ])('follows %s', (_what, env, data, config) => {
    expect(userFolder('data', 'app', env, 'linux')).toBe(data);
    expect(userFolder('config', 'app', env, 'linux')).toBe(config);
  });

  it.each(['', 'home', './home'])('is never below the current directory, with HOME=%j', (HOME) => {
    expect(homeFolder({ HOME })).toBe(homedir());
    expect(userFolder('data', 'app', { HOME }, 'linux')).toBe(`${homedir()}/.local/share/app`);
  });

  it('is where macOS keeps it', () => {
    const env = { HOME: '/Users/ann', XDG_DATA_HOME: '/d' };
    expect(userFolder('data', 'app', env, 'darwin')).toBe('/Users/ann/Library/Application Support/app');
    expect(userFolder('config', 'app', env, 'darwin')).toBe('/Users/ann/Library/Preferences/app');
  });
});

describe('the folder that lasts until the user logs out', () => {
  it.each([
    ['linux', { XDG_RUNTIME_DIR: '/run/user/7', TMPDIR: '/tmp' }, '/run/user/7/app'],
    ['linux', { TMPDIR: '/tmp' }, undefined],
    ['linux', { XDG_RUNTIME_DIR: 'run' }, undefined],
    ['darwin', { XDG_RUNTIME_DIR: '/run/user/7', TMPDIR: '/var/folders/x/T/' }, '/var/folders/x/T/app'],
    ['win32', { XDG_RUNTIME_DIR: '/run/user/7', TMPDIR: '/tmp' }, undefined],
  ] as const)('is on %s with %j %s', (platform, env, folder) => {
    expect(runtimeFolder('app', env, platform)).toBe(folder);
  });
});
