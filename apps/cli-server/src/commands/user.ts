/** `user …`: the accounts of the users. All of it works while servers run. */

import { withJson } from '@countersign/terminal';
import { SERVER, YES } from '../arguments.ts';
import { type Group, withYes } from '../command.ts';
import { roleChange } from '../role-arguments.ts';
import { disableUser, enableUser, endSessions, unlockUser } from './user/access.ts';
import { listUsers } from './user/list.ts';
import { onAccounts } from './user/on-accounts.ts';
import { removeUser, renameUser } from './user/remove.ts';
import { resetPassword, resetTotp } from './user/reset.ts';
import { changeRoles } from './user/roles.ts';
import { listSessions } from './user/sessions.ts';
import { showUser } from './user/show.ts';

const ASKS = { asks: true };

export const commands: Group = {
  list: {
    about: 'list all accounts and who has to wait',
    run: onAccounts(listUsers),
    examples: withJson('a table'),
  },
  'show <name>': {
    about: 'show one account',
    run: onAccounts(showUser),
    examples: withJson('everything about one account', 'alice'),
  },
  'unlock <name>': {
    about: 'end the waits and the lock after wrong passwords and codes',
    run: onAccounts(unlockUser),
    examples: {
      'after too many wrong codes': 'alice',
      'with the passphrase from a file': 'alice --passphrase-file /etc/countersign/passphrase',
    },
  },
  'disable <name>': {
    about: 'refuse logins to the account and end its sessions',
    run: onAccounts(disableUser),
    examples: withJson('refuse logins until the account is enabled again', 'alice'),
  },
  'enable <name>': {
    about: 'allow logins again',
    run: onAccounts(enableUser),
    examples: withJson('allow logins again', 'alice'),
  },
  'roles <name>': {
    about: 'show or change the roles of the account',
    // Otherwise commander would take -ROLE for an option.
    takes: (command) =>
      command
        .argument('[changes...]', '+ROLE to add a role, -ROLE to remove one', roleChange)
        .allowUnknownOption(),
    run: onAccounts(changeRoles),
    examples: { 'show the roles': 'alice', 'add one and remove another': 'alice +staff -guest' },
  },
  'sessions <name>': {
    about: 'show the known devices and the SSH certificates of the account',
    run: onAccounts(listSessions),
    examples: withJson('devices and certificates of an account', 'alice'),
  },
  'end-sessions <name>': {
    about: 'end all sessions, forget the devices and revoke the SSH certificates of the account',
    run: onAccounts(endSessions),
    examples: withJson('log an account out everywhere', 'alice'),
  },
  'rename <old> <new>': {
    about: 'give the account another name; the password stays',
    takes: (command) => command.option(...YES),
    run: onAccounts(renameUser, ASKS),
    examples: withYes('after a confirmation', 'alice alice.smith'),
  },
  'remove <name>': {
    about: 'remove the account; its name can be registered again',
    takes: (command) => command.option(...YES),
    run: onAccounts(removeUser, ASKS),
    examples: withYes('after typing the name again', 'alice'),
  },
  'reset-password <name>': {
    about: 'for a forgotten password: print a code with which the user sets a new one within a day',
    takes: (command) => command.option(...SERVER).option(...YES),
    run: onAccounts(resetPassword, ASKS),
    examples: withYes('print a one-time code for the user', 'alice'),
  },
  'reset-totp <name>': {
    about: 'for a lost authenticator: print one code with which the user can set up a new one',
    takes: (command) => command.option(...YES),
    run: onAccounts(resetTotp, ASKS),
    examples: withYes('for a user who has lost the phone', 'alice'),
  },
};
