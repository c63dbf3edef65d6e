/** What ends a run, besides what the library throws: each with its code, exit code and words. */
import { CliError, EXIT, sentence, systemReason } from '@countersign/terminal';
import { CODES_LOCKED, tryAgain } from './library-errors.ts';

export function badPin(): CliError {
  return misuse(
    'bad_pin',
    'That is not a valid pin.',
    'Copy it as the server prints it: sha256: and 43 characters.',
  );
}

export function codeNotDigits(): CliError {
  return misuse(
    'bad_code_option',
    '--code takes the digits that an authenticator app shows, not a recovery code.',
    'Other users can see the command line: type a recovery code when it is asked for, or give it on standard input.',
  );
}

export function badCa(file: string, cause: unknown): CliError {
  return misuse(
    'bad_ca',
    sentence`${file} cannot be read as a certificate in PEM.`,
    'Name another file with --ca.',
    cause,
  );
}

export function unreadableCa(file: string, cause: unknown): CliError {
  return misuse(
    'bad_ca',
    sentence`${file} cannot be read: ${systemReason(cause)}.`,
    'Name another file with --ca.',
    cause,
  );
}

export function passwordsDiffer(): CliError {
  return misuse('passwords_differ', 'The two passwords differ.', 'Give the same one twice.');
}

export function notRemembered(server: string): CliError {
  return misuse(
    'not_remembered',
    sentence`No server ${server} is remembered.`,
    'See countersign servers list.',
  );
}

export function noHome(): CliError {
  return new CliError({
    code: 'no_home',
    exit: EXIT.usage,
    message: 'There is no home directory to keep the pins of servers in.',
    hint: 'Name a folder in COUNTERSIGN_CONFIG_DIR.',
  });
}

export function pinsUnreadable(folder: string, cause: unknown): CliError {
  return new CliError({
    code: 'known_servers_unreadable',
    exit: EXIT.untrusted,
    message: sentence`The remembered pins in ${folder} cannot be read: ${systemReason(cause)}.`,
    hint: 'Mend its permissions, or name another folder in COUNTERSIGN_CONFIG_DIR.',
    cause,
  });
}

export function pinNotConfirmed(): CliError {
  return new CliError({
    code: 'pin_not_confirmed',
    exit: EXIT.untrusted,
    message: 'The pin was not confirmed, so nothing was sent to the server.',
    hint: 'Ask its administrator for the pin, and register again.',
  });
}

/** The connection broke while the first code was on its way. */
export function registrationUnclear(cause: unknown): CliError {
  return new CliError({
    code: 'connection_lost',
    exit: EXIT.network,
    message: 'The connection was lost while the account was being made, so it may exist already.',
    hint: 'Try countersign login; if that works, make recovery codes with countersign recovery-codes. Otherwise register again.',
    cause,
  });
}

export function caAndPin(): CliError {
  return misuse(
    'usage',
    'Either --ca or --pin says which server is trusted, not both.',
    'Leave one of them out.',
  );
}

/** The name on the command line is not the one that the invitation was made for. */
export function invitedAsAnother(username: string): CliError {
  return misuse(
    'other_name',
    sentence`The invitation is for the user name ${username} and no other.`,
    'Leave the name out, or ask for another invitation.',
  );
}

/** Without a terminal there is no one to ask, and whether a line is read would depend on the invitation. */
export function nameMissing(): CliError {
  return misuse(
    'name_missing',
    'The invitation is for any user name, and none was given.',
    'Give one: countersign register NAME --invite-file FILE',
  );
}

export function invitedElsewhere(server: string): CliError {
  return misuse(
    'other_server',
    sentence`The invitation is for another server, ${server}. Nothing was sent there.`,
    'Run: countersign register --invite-file -',
  );
}

export function invitationRefused(cause: unknown): CliError {
  return new CliError({
    code: 'authentication_failed',
    exit: EXIT.refused,
    message: 'The invitation was used, revoked, or is out of date.',
    hint: 'Ask the administrator for a new one.',
    cause,
  });
}

function misuse(code: string, message: string, hint: string, cause?: unknown): CliError {
  return new CliError({ code, exit: EXIT.usage, message, hint, cause });
}

// -- codes -------------------------------------------------------------------------------------------------

export function codesSlowedDown(retryAfter: number): CliError {
  return new CliError({
    code: 'slow_down',
    exit: EXIT.limited,
    message: 'Too many wrong codes for this account.',
    hint: tryAgain(retryAfter),
  });
}

/** Only a recovery code would have helped, and none was typed. */
export function codesLocked(): CliError {
  return new CliError({ code: 'locked', exit: EXIT.limited, message: CODES_LOCKED });
}

export function lastCodeRefused(message: string): CliError {
  return new CliError({
    code: 'code_rejected',
    exit: EXIT.refused,
    message,
    hint: 'It was the last attempt here. Run the command again; after several wrong codes it may tell you to wait.',
  });
}

/** Without a terminal there is no second try. */
export function codeRefused(message: string): CliError {
  return new CliError({
    code: 'code_rejected',
    exit: EXIT.refused,
    message,
    hint: 'Run the command again.',
  });
}

export function notACode(message: string): CliError {
  return misuse('bad_input', message, 'Nothing was sent.');
}
