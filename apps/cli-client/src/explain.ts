/**
 * Every error as the user reads it: what happened, then what to do. An error of the library is told by its name, so that a
 * command that does not need the library does not load it. Nothing that the server wrote is repeated.
 */
import type { ClientError, ClientErrorCode } from '@countersign/auth-client';
import { formatServer } from '@countersign/auth-client/server-address';
import {
  asSentence,
  CliError,
  duration,
  EXIT,
  type ExitCode,
  type Io,
  plain,
  problem,
  systemReason,
} from '@countersign/terminal';
import { type Context, call } from './context.ts';

type Command = Pick<Context, 'server' | 'options' | 'invited'>;

/** Of a message of the library, which can contain a path. */
const MOST_CHARACTERS = 1000;

export function isClientError(error: unknown): error is ClientError {
  return error instanceof Error && error.name === 'ClientError';
}

/** Returns the code of an error of the library. */
export function codeOf(error: unknown): ClientErrorCode | undefined {
  return isClientError(error) ? error.code : undefined;
}

/**
 * Returns an error of the library or of `terminal` as it is printed. Other errors are bugs, and returned as they are.
 * @param command what the command works with, once that is known
 */
export function explain(io: Io, error: unknown, command?: Command): unknown {
  if (error instanceof CliError) {
    // With `--json` the hint is part of the message.
    const { code, exit, message, hint, cause } = error;
    return hint === undefined ? error : problem(code, exit, `${message} ${hint}`, undefined, cause);
  }
  if (!isClientError(error)) return error;
  const [exit, todo] = ERRORS[error.code];
  const reason = asSentence(plain(error.message, MOST_CHARACTERS));
  const server = command ? formatServer(command.server) : '';
  const forget = call(io, 'servers', 'forget', server);
  const message =
    typeof todo === 'string' ? `${reason} ${todo}` : todo({ io, reason, error, server, command, forget });
  return problem(error.code, exit, message, undefined, error);
}

/** What a message can contain. */
interface Facts {
  readonly io: Io;
  /** The library's own sentence. */
  readonly reason: string;
  readonly error: ClientError;
  /** HOST:PORT */
  readonly server: string;
  readonly command: Command | undefined;
  /** The command that forgets the server. */
  readonly forget: string;
}

/** The exit code of each error, and what to do, which follows the library's sentence; or the whole message. */
const ERRORS: Readonly<Record<ClientErrorCode, readonly [ExitCode, string | ((facts: Facts) => string)]>> = {
  bad_username: [EXIT.usage, ({ reason }) => reason],
  bad_password: [EXIT.usage, ({ reason }) => reason],
  bad_invitation: [EXIT.usage, 'Paste the whole line that the administrator sent you.'],
  damaged_invitation: [EXIT.usage, 'Copy all of it and paste it again.'],
  newer_invitation: [EXIT.usage, 'Update countersign.'],
  is_an_invitation: [
    EXIT.usage,
    ({ io, reason }) => `${reason} Run: ${call(io, 'register', '--invite-file', '-')}`,
  ],
  is_a_reset: [EXIT.usage, ({ io, reason }) => `${reason} Run: ${call(io, 'password', '--reset')}`],
  bad_server: [EXIT.usage, ({ reason }) => reason],
  bad_pin: [EXIT.usage, 'Copy it as the server prints it: sha256: and 43 characters.'],
  bad_ca: [EXIT.usage, 'Name another file with --ca.'],

  authentication_failed: [EXIT.refused, 'Check both and try again.'],
  name_taken: [EXIT.refused, 'Choose another one.'],
  name_refused: [EXIT.refused, 'With an invitation, use the name it was made for.'],
  registration_closed: [EXIT.refused, 'Ask its administrator for an account.'],
  invitation_required: [EXIT.refused, askForInvitation],
  disabled: [EXIT.refused, 'Ask the administrator to enable it.'],
  session_stale: [EXIT.refused, 'Log in again.'],
  profile_refused: [EXIT.refused, 'Update countersign.'],
  expired: [EXIT.refused, 'Run the command again.'],
  role_missing: [EXIT.refused, 'Ask the administrator for the role.'],
  unknown_service: [EXIT.refused, 'Check the address, or ask the administrator to add the service.'],
  key_refused: [EXIT.refused, 'Make another one with: ssh-keygen -t ed25519'],
  issuing_paused: [EXIT.refused, 'Ask the administrator to resume it.'],
  login_refused: [EXIT.refused, 'Ask the administrator.'],
  login_again: [EXIT.refused, 'Log in again.'],

  slow_down: [EXIT.limited, tryAgain],
  // Time does not end the lock. Recovery codes have a limit of their own, and may be used up.
  locked: [
    EXIT.limited,
    'Ask the administrator to unlock it, or use a recovery code if that is still accepted.',
  ],
  busy: [EXIT.limited, tryAgain],

  channel_mismatch: [EXIT.untrusted, 'Use another network, and tell the administrator.'],
  server_not_proven: [EXIT.untrusted, 'Check the address, and ask the administrator.'],
  unacceptable_terms: [EXIT.untrusted, 'Check the address, update countersign, or ask the administrator.'],
  pin_changed: [EXIT.untrusted, otherKey],
  pin_conflict: [EXIT.untrusted, otherInvitedKey],
  untrusted_certificate: [EXIT.untrusted, 'Nothing was sent to it. Ask the administrator.'],
  known_servers_damaged: [
    EXIT.untrusted,
    ({ reason, forget }) =>
      `The pin of a server cannot be read: ${reason} Ask the administrator for the pin, then run: ${forget}`,
  ],
  known_servers_unreadable: [
    EXIT.untrusted,
    (facts) => `${withCause(facts)} Check its permissions, or name another folder in COUNTERSIGN_CONFIG_DIR.`,
  ],

  bad_certificate: [
    EXIT.untrusted,
    ({ server }) =>
      `The server at ${server} has returned something other than a certificate for this key. It was not used. Tell its administrator.`,
  ],
  clock: [
    EXIT.refused,
    ({ server }) =>
      `By the clock of this computer, the certificate from ${server} has already expired, so it was not used. Set the clock.`,
  ],
  no_agent: [EXIT.usage, (facts) => `${withCause(facts)} ${withoutAgent(facts.io)}`],
  agent_failed: [EXIT.usage, withCause],
  agent_refused: [
    EXIT.usage,
    ({ io, reason }) =>
      `${reason.slice(0, -1)}: it may be locked (unlock it with ssh-add -X), or unable to hold certificates for a limited time. ${withoutAgent(io)}`,
  ],
  bad_input: [EXIT.usage, ({ reason }) => reason],
  unreadable_file: [EXIT.usage, withCause],
  unwritable_file: [EXIT.usage, withCause],

  unreachable: [EXIT.network, 'Check the address (--server HOST:PORT), and that the server is running.'],
  connection_lost: [EXIT.network, 'A server waits a few minutes for an answer. Run the command again.'],
  timeout: [EXIT.network, 'Check the network and try again.'],
  not_countersign: [EXIT.network, 'Check the address and port (--server HOST:PORT).'],
  protocol: [EXIT.network, 'Use the same version of both.'],
  store_unavailable: [EXIT.network, 'Try again later, or tell its administrator.'],
  shutting_down: [EXIT.network, 'Try again later.'],
  internal: [EXIT.network, 'Try again, and tell its administrator if it keeps failing.'],
};

/** The library's sentence with the system's reason at its end, if there is one. */
function withCause({ reason, error: { cause } }: Facts): string {
  return cause === undefined ? reason : `${reason.slice(0, -1)}: ${systemReason(cause)}.`;
}

/** How to do without the agent that is there. */
function withoutAgent(io: Io): string {
  return `Certify a key file with --key FILE.pub, or run the command with an agent of its own: ssh-agent ${call(io, 'ssh')} -- ssh HOST`;
}

function tryAgain({ reason, error: { retryAfter } }: Facts): string {
  return `${reason} Try again ${retryAfter === undefined ? 'later' : `in ${duration(retryAfter)}`}.`;
}

function askForInvitation({ io, reason }: Facts): string {
  return `${reason} Ask its administrator for one, then run: ${call(io, 'register', '--invite-file', '-')}`;
}

const PIN_FROM = {
  option: ['--pin says', 'given', 'give that one with --pin.'],
  invitation: ['the invitation says', 'in the invitation', 'ask for a new invitation.'],
  memory: ['the one remembered', 'remembered', undefined],
} as const;

function otherKey({ server, command, error, forget }: Facts): string {
  const pinFrom = command?.options.pin === undefined ? 'memory' : 'option';
  const [said, label, todo] = PIN_FROM[command?.invited ? 'invitation' : pinFrom];
  return `The server at ${server} has another key than ${said}:${both(error, label, 'shown now')}Either the administrator has changed it, or someone is intercepting the connection. Nothing was sent. ${ASK_FOR_PIN} If it is the one shown now, ${todo ?? `run: ${forget}`}`;
}

function otherInvitedKey({ server, error, forget }: Facts): string {
  return `The invitation names another key for ${server} than the one known here:${both(error, 'known here', 'in the invitation')}Either the server has a new key, or the invitation is forged. Nothing was sent. ${ASK_FOR_PIN} If the invitation is right, run: ${forget}`;
}

const ASK_FOR_PIN = 'Ask the administrator for the pin, which countersign-server cert show prints.';

/** The two pins below each other, to be compared; on one line where output is not a terminal. */
function both({ pins }: ClientError, expected: string, shown: string): string {
  return pins ? `\n  ${pins.expected} (${expected})\n  ${pins.shown} (${shown})\n` : '';
}
