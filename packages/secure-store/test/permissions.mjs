/**
 * Permissions that a store can lack: the file or directory, its remaining mode, and files removed before.
 *
 * @type {readonly { what: string, name: string, mode: number, without?: readonly string[] }[]}
 */
export const TAKEN_AWAY = [
  { what: 'the data file is read-only', name: 'data.mdb', mode: 0o400 },
  { what: 'the data file is unreadable', name: 'data.mdb', mode: 0o000 },
  { what: 'the lock file is read-only', name: 'lock.mdb', mode: 0o400 },
  { what: 'the lock file is unreadable', name: 'lock.mdb', mode: 0o000 },
  { what: 'the directory cannot be entered', name: '.', mode: 0o000 },
  {
    what: 'the store is new and its directory read-only',
    name: '.',
    mode: 0o500,
    without: ['data.mdb', 'lock.mdb'],
  },
];
