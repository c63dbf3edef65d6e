/** The library's errors as ends of a run: each code has its words and its exit code. */
import type { ClientError, ClientErrorCode } from '@countersign/auth-client';
import { formatServer } from '@countersign/auth-client/server-address';
import { CliError, EXIT, type ExitCode } from '@countersign/terminal';
import type { Context } from './context.ts';
import { errorWords } from './ui/library-errors.ts';

const EXIT_CODES: Readonly<Record<ClientErrorCode, ExitCode>> = {
  bad_username: EXIT.usage,
  bad_password: EXIT.usage,
  bad_invitation: EXIT.usage,
  damaged_invitation: EXIT.usage,
  newer_invitation: EXIT.usage,
  bad_server: EXIT.usage,

  authentication_failed: EXIT.refused,
  name_taken: EXIT.refused,
  name_refused: EXIT.refused,
  registration_closed: EXIT.refused,
  invitation_required: EXIT.refused,
  disabled: EXIT.refused,
  session_stale: EXIT.refused,
  profile_refused: EXIT.refused,
  expired: EXIT.refused,

  slow_down: EXIT.limited,
  locked: EXIT.limited,
  busy: EXIT.limited,

  channel_mismatch: EXIT.untrusted,
  server_not_proven: EXIT.untrusted,
  unacceptable_terms: EXIT.untrusted,
  pin_changed: EXIT.untrusted,
  pin_conflict: EXIT.untrusted,
  untrusted_certificate: EXIT.untrusted,
  known_servers_damaged: EXIT.untrusted,

  unreachable: EXIT.network,
  connection_lost: EXIT.network,
  timeout: EXIT.network,
  not_countersign: EXIT.network,
  protocol: EXIT.network,
  store_unavailable: EXIT.network,
  shutting_down: EXIT.network,
  internal: EXIT.network,
};

/** Returns an error of the library in the user's words; any other error as it is. */
export function toCliError(error: unknown, context?: Context): unknown {
  if (!isClientError(error)) return error;
  const { server, pinFrom } = context?.target ?? {};
  const message = errorWords(error, { server: server ? formatServer(server) : '', pinFrom });
  return new CliError({ code: error.code, exit: EXIT_CODES[error.code], message, cause: error });
}

/** Told by its name, so that a command that never needs the library does not load it. */
export function isClientError(error: unknown): error is ClientError {
  return error instanceof Error && error.name === 'ClientError';
}

/** The code of an error of the library; `undefined` for any other error. */
export function clientErrorCode(error: unknown): ClientErrorCode | undefined {
  return isClientError(error) ? error.code : undefined;
}
