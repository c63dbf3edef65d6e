import { ClientError, type ClientErrorCode } from '@countersign/auth-client';
import { CliError, type ExitCode } from '@countersign/terminal';
import { memoryIo } from '@countersign/terminal/testing';
import { describe, expect, it } from 'vitest';
import { explain } from '../src/explain.ts';

/** Every code of the library with its exit code: 2 usage, 3 refused, 4 later, 5 not trusted, 6 network. */
const EXITS: Record<ClientErrorCode, ExitCode> = {
  bad_username: 2,
  bad_password: 2,
  bad_invitation: 2,
  damaged_invitation: 2,
  newer_invitation: 2,
  is_an_invitation: 2,
  is_a_reset: 2,
  bad_server: 2,
  bad_pin: 2,
  bad_ca: 2,
  authentication_failed: 3,
  name_taken: 3,
  name_refused: 3,
  registration_closed: 3,
  invitation_required: 3,
  disabled: 3,
  session_stale: 3,
  profile_refused: 3,
  expired: 3,
  role_missing: 3,
  unknown_service: 3,
  key_refused: 3,
  issuing_paused: 3,
  login_again: 3,
  login_refused: 3,
  slow_down: 4,
  locked: 4,
  busy: 4,
  channel_mismatch: 5,
  server_not_proven: 5,
  unacceptable_terms: 5,
  pin_changed: 5,
  pin_conflict: 5,
  untrusted_certificate: 5,
  known_servers_damaged: 5,
  known_servers_unreadable: 5,
  bad_certificate: 5,
  clock: 3,
  no_agent: 2,
  agent_failed: 2,
  agent_refused: 2,
  bad_input: 2,
  unreadable_file: 2,
  unwritable_file: 2,
  unreachable: 6,
  connection_lost: 6,
  timeout: 6,
  not_countersign: 6,
  protocol: 6,
  store_unavailable: 6,
  shutting_down: 6,
  internal: 6,
};

const { io } = memoryIo();

describe('an error of the library', () => {
  it.each(Object.entries(EXITS))('%s ends the run with %i and words of its own', (code, exit) => {
    const error = explain(io, new ClientError(code as ClientErrorCode, 'the reason'));
    expect(error).toBeInstanceOf(CliError);
    expect(error).toMatchObject({ code, exit });
    expect(String((error as CliError).message)).toMatch(
      /^[A-Z].*\.$|: (countersign|ssh-keygen|ssh-agent) .*$/,
    );
  });

  it('says how long to wait', () => {
    const error = new ClientError('slow_down', 'too many attempts', { retryAfter: 90 });
    expect(explain(io, error)).toMatchObject({
      message: 'Too many attempts. Try again in 1 minute 30 seconds.',
    });
  });

  it.each(['pin_changed', 'pin_conflict', 'known_servers_damaged'] as const)(
    '%s has a command that a shell takes, brackets and all',
    (code) => {
      const server = { host: '::1', port: 8443 };
      const explained = explain(io, new ClientError(code, 'x'), {
        server,
        options: {},
        invited: false,
      });
      expect(explained).toMatchObject({
        message: expect.stringMatching(/run: countersign servers forget '\[::1\]:8443'$/),
      });
    },
  );

  it('that is not one is returned as it is', () => {
    const bug = new TypeError('a bug');
    expect(explain(io, bug)).toBe(bug);
  });
});
