/**
 * What the user reads when the library gives up, by its code. Part of the voice that `ui.ts` describes: what
 * happened, then what to do. Nothing the server wrote is repeated.
 */
import type { ClientError, ClientErrorCode, Pins } from '@countersign/auth-client';
import { asSentence, duration, quoted } from '@countersign/terminal';
import type { Target } from '../target.ts';

interface Facts {
  /** HOST:PORT */
  readonly server: string;
  /** What says which key the server must show. */
  readonly pinFrom?: Target['pinFrom'] | undefined;
  readonly pins: Pins | undefined;
  /** The library's own sentence. */
  readonly reason: string;
  /** `Try again in 4 seconds.` */
  readonly later: string;
}

export const INVITATION_PROBLEMS = {
  bad_invitation:
    'That is not an invitation. Paste the whole line that the administrator sent you: it begins with countersign1_.',
  damaged_invitation: 'Characters of the invitation are missing or wrong. Copy all of it and paste it again.',
  newer_invitation: 'The invitation was made by a newer version. Update countersign.',
} as const;

/** No time ends it; recovery codes have a limit of their own, and may be used up. */
export const CODES_LOCKED =
  'After too many wrong codes the account takes none now. The administrator can unlock it; so does a recovery code, where one is still taken.';

const OTHER_KEY =
  'Either its administrator has given it a new one, or something sits in between; nothing was sent to it. Ask the administrator for its pin, which countersign-server cert show prints.';

const WORDS: Readonly<Record<ClientErrorCode, string | ((facts: Facts) => string)>> = {
  bad_username: ({ reason }) => reason,
  bad_password: ({ reason }) => reason,
  ...INVITATION_PROBLEMS,
  bad_server: ({ reason }) => reason,

  authentication_failed: 'User name or password is wrong. Check both and try again.',
  name_taken: 'That user name is taken. Choose another one.',
  name_refused: 'The server does not take that user name. With an invitation, use the name it was made for.',
  registration_closed: 'The server takes no registrations. Ask its administrator for an account.',
  invitation_required:
    'The server takes registrations by invitation only. Ask its administrator for one, then run: countersign register --invite-file -',
  disabled: 'The account is disabled. Ask the administrator to enable it.',
  session_stale: 'The account was changed from elsewhere in the meantime, so nothing was done. Log in again.',
  profile_refused:
    'The server wants passwords prepared in another way than this version does. Update countersign.',
  expired: 'The server waited no longer for an answer. Run the command again.',

  slow_down: ({ later }) => `Too many attempts. ${later}`,
  locked: CODES_LOCKED,
  busy: ({ later }) => `The server is busy. ${later}`,

  channel_mismatch: ({ server }) =>
    `Something sits between you and ${server} and was refused. It has not learned your password. Use another network, and tell the administrator.`,
  server_not_proven: ({ server }) =>
    `What answers at ${server} could not prove that it is the server you registered with. Check the address, and ask the administrator.`,
  unacceptable_terms: ({ server }) =>
    `What answers at ${server} wants your password used in a way this program refuses. Check the address, update countersign, or ask the administrator.`,
  pin_changed: ({ server, pinFrom, pins }) => {
    switch (pinFrom) {
      case 'option':
        return `The server at ${server} has another key than --pin says:${both(pins, 'given')}${OTHER_KEY} If it is the one shown now, give that one with --pin.`;
      case 'invitation':
        return `The server at ${server} has another key than the invitation says:${both(pins, 'in the invitation')}${OTHER_KEY} If it is the one shown now, ask for a new invitation.`;
      default:
        return `The server at ${server} has another key than the one remembered:${both(pins, 'remembered')}${OTHER_KEY} If it is the one shown now, run: countersign servers forget ${quoted(server)}`;
    }
  },
  pin_conflict: ({ server, pins }) =>
    `The invitation names another key for ${server} than the one known here:${both(pins, 'known here', 'in the invitation')}Either the server has a new key, or the invitation is forged; nothing was sent. Ask the administrator for the pin, which countersign-server cert show prints. If the invitation is right, run: countersign servers forget ${quoted(server)}`,
  untrusted_certificate: ({ reason }) => `${reason} Nothing was sent to it. Ask the administrator.`,
  known_servers_damaged: ({ server, reason }) =>
    `What was remembered of a server cannot be read: ${reason} Ask the administrator for the pin, then run: countersign servers forget ${quoted(server)}`,

  unreachable: ({ reason }) => `${reason} Check the address (--server HOST:PORT), and that the server runs.`,
  connection_lost: ({ server }) =>
    `The connection to ${server} was lost: the server ended it, or the network failed. It waits only some minutes for an answer. Run the command again.`,
  timeout: ({ server }) => `No answer from ${server} in time. Check the network and try again.`,
  not_countersign: ({ server }) =>
    `What answers at ${server} does not speak this protocol. Check the address and port (--server HOST:PORT).`,
  protocol: ({ server }) =>
    `The server at ${server} and this program do not understand each other. Use the same version of both.`,
  store_unavailable: ({ server }) =>
    `The server at ${server} cannot use its store right now. Try again later, or tell its administrator.`,
  shutting_down: ({ server }) => `The server at ${server} is shutting down. Try again later.`,
  internal: ({ server }) =>
    `Something went wrong inside the server at ${server}. Try again, and tell its administrator if it stays so.`,
};

export function errorWords(error: ClientError, about: Pick<Facts, 'server' | 'pinFrom'>): string {
  const words = WORDS[error.code];
  if (typeof words === 'string') return words;
  return words({
    ...about,
    reason: asSentence(error.message),
    pins: error.pins,
    later: tryAgain(error.retryAfter),
  });
}

/** The two pins below each other, to be compared; in one line elsewhere. */
function both(pins: Pins | undefined, expectedIs: string, shownIs = 'shown now'): string {
  return pins ? `\n  ${pins.expected} (${expectedIs})\n  ${pins.shown} (${shownIs})\n` : '';
}

export function tryAgain(seconds: number | undefined): string {
  return seconds === undefined ? 'Try again later.' : `Try again in ${duration(seconds)}.`;
}
