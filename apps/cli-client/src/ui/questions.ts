/** What is asked. */
import { sentence } from '@countersign/terminal';

export const ASK = {
  menu: 'What do you want to do?',
  register: 'Register',
  login: 'Log in',
  name: 'User name',
  otherName: 'Another user name',
  invitation: 'Invitation',
  password: 'Password',
  newPassword: 'New password',
  passwordAgain: 'The same password again',
  samePin: 'Is it the same pin?',
  code: 'Code from your authenticator app, or a recovery code',
  recoveryCode: 'Recovery code',
  firstCode: 'First code that the app shows',
  nextCode: 'Next code from your authenticator app, or a recovery code',
  renewNow: 'Your password is kept in an old form. Renew it now, with the next code?',
  replaceNow: 'Set up a new authenticator now?',
  removal: (username: string) => sentence`Type the user name ${username} to remove the account for good`,
} as const;
