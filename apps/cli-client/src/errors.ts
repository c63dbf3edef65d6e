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

/** A `CliError` and what nobody foresaw as they are; what the library threw as the user is told of it. */
export async function toCliError(error: unknown, context?: Context): Promise<unknown> {
  const known = await clientError(error);
  if (!known) return error;
  const { server, pinFrom } = context?.target ?? {};
  const message = errorWords(known, { server: server ? formatServer(server) : '', pinFrom });
  return new CliError({ code: known.code, exit: EXIT_CODES[known.code], message, cause: error });
}

/** The error if the library threw it. The library is loaded by then, unless it was never needed. */
export async function clientError(error: unknown): Promise<ClientError | undefined> {
  if (error instanceof CliError) return undefined;
  const { ClientError } = await import('@countersign/auth-client');
  return error instanceof ClientError ? error : undefined;
}
