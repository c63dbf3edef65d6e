import { describe, expect, it } from 'vitest';
import { toStoreError } from '../src/lmdb/errors.ts';
import { coded } from './fixtures.ts';

const failed = (code: string | number) => Object.assign(new Error('what LMDB or the system says'), { code });

describe('errors of LMDB', () => {
  it.each([
    ['ENOSPC', 'full'],
    ['EDQUOT', 'full'],
    [28, 'full'],
    [27, 'full'],
    [-30792, 'full'],
    ['EACCES', 'read_only'],
    ['EROFS', 'read_only'],
    [13, 'read_only'],
    [-30796, 'damaged'],
    [-30793, 'not_a_store'],
    [-30795, 'backend_gone'],
    ['EMFILE', 'backend_gone'],
  ] as const)('%s becomes %s, with its cause', (code, expected) => {
    const cause = failed(code);
    const error = toStoreError(cause, '/somewhere');
    expect(error).toEqual(coded(expected));
    expect(error.cause).toBe(cause);
    expect(toStoreError(error, '/elsewhere')).toBe(error);
  });

  it('report a failed write as a full disk when there is no space, and otherwise as a failing one', () => {
    expect(toStoreError(failed(5), '/somewhere', () => 4096)).toEqual(coded('full'));
    expect(toStoreError(failed(5), '/somewhere', () => 2 ** 30)).toEqual(coded('backend_gone'));
    expect(toStoreError(failed(5), '/not there')).toEqual(coded('backend_gone'));
  });
});
