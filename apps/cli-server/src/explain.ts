/**
 * Turns the errors of the libraries into the ones that people read. They are recognised by name and code, so that a command
 * loads only the packages that it uses, and errors that a worker process reported are treated like those of this process.
 */
import { asSentence, CliError, duration, EXIT, type ExitCode, plain, problem } from '@countersign/terminal';
import { RESTORE_A_BACKUP } from './ui/messages.ts';

/** The name of an error, its exit code, and what to do, by code. */
const KNOWN: Readonly<Record<string, readonly [exit: ExitCode, hints: Readonly<Record<string, string>>]>> = {
  StoreError: [
    EXIT.store,
    {
      wrong_passphrase: 'Nothing was changed. Try again.',
      newer_format: 'Install that version to open it. Nothing was changed.',
      not_a_store: 'Check --data-dir and --store.',
      exists: 'Choose another place, or use --replace to overwrite the existing store.',
      moved: 'Use --store with the place it was moved to.',
      locked_out: 'Start it again with another passphrase or key file.',
      damaged: RESTORE_A_BACKUP,
      backend_gone: 'Check --store, and whether it can be reached.',
    },
  ],
  ChannelError: [
    EXIT.network,
    {
      address_in_use: 'Stop it, or choose another --port.',
      bad_certificate: 'Check the key and the certificate.',
      listen_failed: 'Check --host and --port.',
    },
  ],
  AuthError: [
    EXIT.refused,
    {
      no_such_account: 'To list the accounts: countersign-server user list',
      name_refused: 'User names have 1 to 64 letters, digits or other visible characters, and no colon.',
      name_taken: 'Choose another name.',
      reset_pending: 'Rename the account when the user has set a new password.',
      name_invited: 'Choose another name, or revoke it: countersign-server invite list',
      no_such_invitation: 'To list the invitations: countersign-server invite list',
      too_many_roles: 'Remove one with -ROLE in the same command.',
      list_full: 'Remove one with countersign-server ssh role remove ROLE or service remove NAME.',
      role_missing: 'To list the roles for SSH: countersign-server ssh role list',
      audience_taken: 'To list the services: countersign-server service list',
      issuing_paused: 'To issue certificates again: countersign-server ssh resume',
      no_such_certificate: 'To list the certificates: countersign-server ssh list',
      wrong_step: 'To see the authorities: countersign-server ssh ca --json',
      session_stale: 'Check the account with countersign-server user show, then try again.',
    },
  ],
};

/** Returns the error in the administrator's words. An unexpected error is returned as it is. */
export function explain(error: unknown): unknown {
  if (error instanceof CliError || !isCoded(error)) return error;
  const { name, code, message } = error;
  const known = KNOWN[name];
  if (known !== undefined) {
    const exit = code === 'bad_certificate' ? EXIT.usage : known[0];
    return problem(code, exit, asSentence(plain(message)), waitHint(error) ?? known[1][code], error);
  }
  if (!('isFinal' in error)) return error;
  const failed = asSentence(`A worker process failed: ${plain(message)}`);
  return problem('worker_failed', EXIT.unexpected, failed, 'Try --workers 1.');
}

function waitHint(error: Error): string | undefined {
  const seconds = 'retryAfter' in error ? error.retryAfter : undefined;
  return typeof seconds === 'number' ? `Try again in ${duration(seconds)}.` : undefined;
}

/** Whether an error has a code, as every error of the libraries has. */
export function isCoded(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
