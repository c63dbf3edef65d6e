import { describe, expect, it } from 'vitest';
import { execCredential, gitAnswer, parseGitRequest, readExecInfo } from '../src/formats/index.ts';

const token = {
  server: 'login.example.org:8443',
  username: 'alice',
  audience: 'https://git.example.org',
  token: 'a.b.c',
  expiresAt: 1_800_000_000,
};

describe('a request of git', () => {
  it('is for one server, whatever the case of its name', () => {
    const request = parseGitRequest('protocol=https\nhost=GIT.example.org\nwwwauth[]=a\nwwwauth[]=b\n\n');
    expect(request.isFor('https://git.example.org/team')).toBe(true);
    for (const other of ['http://git.example.org', 'https://git.example.org:8443', 'https://x', 'not a URL'])
      expect(request.isFor(other)).toBe(false);
    expect(parseGitRequest('').isFor('https://git.example.org')).toBe(false);
  });

  it('is answered with the name only if git does not know it', () => {
    expect(gitAnswer(parseGitRequest('protocol=https\nhost=x\n'), token)).toEqual([
      'username=alice',
      'password=a.b.c',
      'password_expiry_utc=1800000000',
    ]);
    const named = parseGitRequest('username=bob\npassword=x=y\n');
    expect(named).toMatchObject({ username: 'bob', password: 'x=y' });
    expect(gitAnswer(named, token)).toHaveLength(2);
  });

  it.each(['host=a\nhost=b', 'host'])('is refused with an attribute twice or without =: %j', (text) => {
    expect(() => parseGitRequest(text)).toThrow(expect.objectContaining({ code: 'bad_input' }));
  });
});

describe('what kubectl says', () => {
  const v1beta1 = 'client.authentication.k8s.io/v1beta1';

  it('has a version, and whether a user is present', () => {
    expect(readExecInfo()).toEqual({ apiVersion: 'client.authentication.k8s.io/v1', isInteractive: true });
    const text = JSON.stringify({ apiVersion: v1beta1, spec: { interactive: false } });
    expect(readExecInfo(text)).toEqual({ apiVersion: v1beta1, isInteractive: false });
  });

  it.each(['{', '[', '1', 'null'])('is not an object: %j', (text) => {
    expect(readExecInfo(text)).toBe('not_an_object');
  });

  it('is of another version', () => {
    expect(readExecInfo('{"apiVersion":"client.authentication.k8s.io/v2"}')).toBe('other_version');
    expect(readExecInfo('{}')).toBe('other_version');
  });

  it('is answered in its version', () => {
    const info = { apiVersion: v1beta1, isInteractive: true };
    expect(execCredential(info, 'a.b.c', '2027-01-15T08:00:00.000Z')).toEqual({
      kind: 'ExecCredential',
      apiVersion: v1beta1,
      spec: {},
      status: { expirationTimestamp: '2027-01-15T08:00:00.000Z', token: 'a.b.c' },
    });
  });
});
