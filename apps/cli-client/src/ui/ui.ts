/**
 * Every word the user sees is in this folder: `help.ts` and `questions.ts`, what is said on the way (here), why a
 * code was not taken (`code-words.ts`), and what ends a run (`endings.ts`, `library-errors.ts`).
 *
 * The voice:
 * - What happened, then what to do. Whole sentences, present tense, no exclamation marks, no apologies.
 * - One name for each thing: server, pin, user name, password, authenticator app, code, recovery code.
 * - What the command was run for goes to stdout; everything said besides goes to stderr.
 * - With `--json` stdout has one object a line and nothing else; what is said besides stays the same.
 * - A value from the server or the command line is put into a sentence by `sentence`, never bare.
 */
import type { AccountFacts, AccountSession, Enrolment, KnownServer } from '@countersign/auth-client';
import { formatServer } from '@countersign/auth-client/server-address';
import {
  callOf,
  counted,
  type Io,
  isoTime,
  moment,
  note,
  plain,
  printJson,
  printLine,
  relative,
  sentence,
  styleFor,
  systemReason,
  warn,
} from '@countersign/terminal';
import type { Target } from '../target.ts';
import { INVITATION_PROBLEMS } from './library-errors.ts';
import { typedAs } from './typed-as.ts';

interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

/** Few enough recovery codes to say so. */
const FEW_CODES = 3;

export class Ui {
  readonly #io: Io;
  readonly #json: boolean;
  readonly #target: () => Target;

  /** An invitation changes the target. */
  constructor(io: Io, { json, target }: { json: boolean; target: () => Target }) {
    this.#io = io;
    this.#json = json;
    this.#target = target;
  }

  get #server(): string {
    return formatServer(this.#target().server);
  }

  // -- how things are said ---------------------------------------------------------------------------------

  say(text: string): void {
    note(this.#io, typedAs(this.#io, text));
  }

  warn(text: string): void {
    warn(this.#io, typedAs(this.#io, text));
  }

  /** What the command was run for: an event for programs, or lines for people. */
  async #result(
    event: Readonly<Record<string, unknown>> & { event: string },
    ...lines: string[]
  ): Promise<void> {
    if (this.#json) await printJson(this.#io, event);
    else for (const line of lines) await printLine(this.#io, line);
  }

  #good(text: string): string {
    return styleFor(this.#io.stdout, this.#io.env).green(text);
  }

  // -- trust -----------------------------------------------------------------------------------------------

  get connecting(): string {
    return sentence`Talking to ${this.#server} …`;
  }

  get stretching(): string {
    return sentence`Stretching the password and talking to ${this.#server} …`;
  }

  pin(pin: string): void {
    this.say(sentence`First connection to ${this.#server}. Its pin is`);
    this.say(sentence`  ${pin}`);
    this.say('The server prints its pin when it starts. Ask its administrator.');
  }

  /** What is being entered, before a password is typed. */
  invitedTo(username: string | undefined): void {
    this.say('The invitation is for');
    this.say(sentence`  server     ${this.#server}`);
    this.say(sentence`  user name  ${username ?? 'any'}`);
  }

  cannotRemember(folder: string, cause: unknown): void {
    const why = systemReason(cause);
    this.warn(sentence`The pin of ${this.#server} could not be remembered in ${folder}: ${why}.`);
  }

  unknownDevice(folder: string, cause: unknown): void {
    this.warn(
      sentence`The account may not know this device: ${deviceReason(cause)} (a file in ${folder}). Wrong passwords of others can delay this login.`,
    );
  }

  stillADevice(folder: string, cause: unknown): void {
    this.warn(sentence`Its device tokens in ${folder} could not be removed: ${deviceReason(cause)}.`);
  }

  // -- names and passwords ---------------------------------------------------------------------------------

  nameTaken(username: string): void {
    this.warn(sentence`The user name ${username} is taken.`);
  }

  invitationWanted(): void {
    this.warn(
      'The server takes registrations by invitation only. Paste the one its administrator sent you, or press Enter to leave.',
    );
  }

  invitationUnreadable(because: keyof typeof INVITATION_PROBLEMS): void {
    this.warn(INVITATION_PROBLEMS[because]);
  }

  wrongPassword(left: number): void {
    this.warn(`User name or password is wrong. ${counted(left, 'try', 'tries')} left.`);
  }

  passwordsDiffer(): void {
    this.warn('The two passwords differ. Type both again.');
  }

  passwordChanged(username: string): Promise<void> {
    return this.#result({ event: 'password_changed', username }, this.#good('Password changed.'));
  }

  // -- enrolment -------------------------------------------------------------------------------------------

  async enrolment(username: string, { key, otpauth }: Enrolment<unknown>): Promise<void> {
    if (this.#json) await printJson(this.#io, { event: 'enrolment', username, secret: key, otpauth });
    this.say('Add the account to your authenticator app: scan the QR code, or type the key.');
  }

  /** Above the code, so that the code and the question below it fill a small window; a pipe gets the key as data, once. */
  async key(grouped: string, { algorithm, digits, period }: Enrolment<unknown>['profile']): Promise<void> {
    const line = `Key: ${grouped}`;
    if (this.#io.isTerminal) this.say(line);
    else if (!this.#json) await printLine(this.#io, line);
    this.say(`(time based, ${algorithm}, ${digits} digits, a new code every ${period} seconds)`);
  }

  qrCode(drawing: string): void {
    note(this.#io, drawing);
  }

  qrTooLarge(needed: WindowSize, window: WindowSize): void {
    this.warn(
      `The QR code needs ${needed.columns} columns and ${needed.rows} lines, and this window has ${window.columns} and ${window.rows}. Type png:FILE to save the code as a picture, or make the window larger and press Enter, or type the key into the app.`,
    );
  }

  qrSaved(file: string): void {
    this.say(sentence`The QR code is in ${file}. It holds the key: remove the file once it is scanned.`);
  }

  qrNotSaved(file: string, cause: unknown): void {
    this.warn(
      sentence`The QR code could not be written to ${file}: ${systemReason(cause)}. Type the key into the app instead.`,
    );
  }

  async registered(username: string, recoveryCodes: readonly string[]): Promise<void> {
    await this.#result(
      { event: 'registered', username, recoveryCodes },
      this.#good(sentence`Registered: ${username}`),
    );
    await this.#recoveryCodes(recoveryCodes);
    const there = this.#target().needsOption ? ['--server', this.#server] : [];
    note(this.#io, `Log in with: ${callOf(this.#io, 'countersign', 'login', username, ...there)}`);
  }

  // -- login -----------------------------------------------------------------------------------------------

  /** Where the login was all that was wanted, it is the result. */
  async authenticated(session: AccountSession, forItself: boolean): Promise<void> {
    const { username, lastLogin, recoveryCodesLeft, advice } = session;
    const now = this.#io.now() / 1000;
    const lines = [
      sentence`Login successful: ${username}`,
      lastLogin === undefined
        ? 'This is the first login.'
        : `Last login: ${moment(lastLogin)}, ${relative(lastLogin, now)}.`,
    ];
    if (this.#json)
      await printJson(this.#io, {
        event: 'authenticated',
        username,
        ...sinceLastLogin(session),
        recoveryCodesLeft,
        advice,
      });
    else if (forItself) for (const line of lines) await printLine(this.#io, this.#good(line));
    else for (const line of lines) this.say(line);
  }

  /** What the owner of the account should hear after every login. */
  warnings({ failedSince, recoveryCodesLeft, advice }: AccountSession): void {
    const { passwords, codes, unfinished } = failedSince;
    if (passwords > 0)
      this.warn(
        `${counted(passwords, 'password')} refused since the last login. If that was not you, someone is guessing your password.`,
      );
    if (codes > 0)
      this.warn(
        `${counted(codes, 'code')} refused since the last login. If that was not you, someone else knows your password: change it now with countersign password.`,
      );
    if (unfinished) {
      const { count, source, at } = unfinished;
      const last = `, ${count === 1 ? '' : 'the last '}from ${plain(source)}, ${relative(at, this.#io.now() / 1000)} (${moment(at)})`;
      this.warn(
        `${counted(count, 'login')} with your password ${count === 1 ? 'was' : 'were'} not completed${last}. If that was not you, someone else knows your password: change it now with countersign password.`,
      );
    }
    if (advice.includes('replace_totp'))
      this.warn(
        `You logged in with a recovery code, which is spent now; ${recoveryCodesLeft === 0 ? 'none is' : `${recoveryCodesLeft} are`} left. If your authenticator is gone, set up a new one next.`,
      );
    if (recoveryCodesLeft <= FEW_CODES)
      this.warn(
        `${recoveryCodesLeft === 0 ? 'No recovery code is left' : `Only ${counted(recoveryCodesLeft, 'recovery code')} left`}: make new ones with countersign recovery-codes.`,
      );
    if (advice.includes('renew_totp'))
      this.say(
        'The key in your authenticator app is an old, short one: renew it with countersign totp replace.',
      );
  }

  replaceLater(): void {
    this.say('Set up a new authenticator with: countersign totp replace');
  }

  resetByAdministrator(): void {
    this.say(
      'The administrator has reset your authenticator. Type the recovery code you were given, then set up a new one.',
    );
  }

  codesAreLocked(): void {
    this.warn('Codes are locked for this account after too many wrong ones. A recovery code still opens it.');
  }

  weakPassword(reason: string): void {
    this.warn(
      `Your password is kept in its old form, since it does not meet the rules of today: ${reason} Change it with countersign password.`,
    );
  }

  timings({ login, stretching }: { login: number; stretching: number }): void {
    this.say(
      `The login took ${login.toFixed(0)} ms, without ${stretching.toFixed(0)} ms of stretching and the typing.`,
    );
  }

  // -- the rest of an account's life -----------------------------------------------------------------------

  codesWait(seconds: number): string {
    return `Too many wrong codes for this account. The next is taken in ${seconds} s …`;
  }

  nextCodeIn(seconds: number): string {
    return `Each code works once. The app shows the next one in ${seconds} s …`;
  }

  oldForm(): void {
    this.say('Your password is kept in an old form. Renew it with countersign password.');
  }

  totpReplaced(username: string): Promise<void> {
    return this.#result(
      { event: 'totp_replaced', username },
      this.#good('Authenticator replaced. Remove the old entry from your app.'),
    );
  }

  async newRecoveryCodes(username: string, recoveryCodes: readonly string[]): Promise<void> {
    if (this.#json) await printJson(this.#io, { event: 'recovery_codes', username, recoveryCodes });
    await this.#recoveryCodes(recoveryCodes);
    this.say('The recovery codes from before are worth nothing any more.');
  }

  async #recoveryCodes(codes: readonly string[]): Promise<void> {
    this.say(
      'Recovery codes: each opens the account once when your authenticator is gone. Write them down or print them, and keep them away from your password. They are not shown again.',
    );
    if (!this.#json) for (const code of codes) await printLine(this.#io, sentence`  ${code}`);
  }

  account(facts: AccountFacts): Promise<void> {
    const { username, created, lastLogin, suite, stretch, totp, recoveryCodesLeft } = facts;
    const stretched =
      stretch.name === 'none'
        ? 'not stretched'
        : `Argon2id, ${stretch.m / 1024} MiB, ${counted(stretch.t, 'pass', 'passes')}`;
    const rows = [
      ['User name', username],
      ['Registered', moment(created)],
      ['Last login', lastLogin === undefined ? 'never' : moment(lastLogin)],
      ['Password', `${suite}, ${stretched}`],
      [
        'Authenticator',
        `${totp.algorithm}, ${totp.digits} digits, every ${totp.period} s${totp.weak ? ', short key' : ''}`,
      ],
      ['Recovery codes left', String(recoveryCodesLeft)],
    ];
    const width = Math.max(...rows.map(([label = '']) => label.length));
    const lines = rows.map(([label = '', value = '']) => `${label.padEnd(width)}  ${plain(value)}`);
    const times = {
      created: isoTime(created),
      ...(lastLogin === undefined ? {} : { lastLogin: isoTime(lastLogin) }),
    };
    return this.#result({ event: 'account', ...facts, ...times }, ...lines);
  }

  accountRemoved(username: string): Promise<void> {
    return this.#result({ event: 'account_removed', username }, this.#good(sentence`Removed: ${username}`));
  }

  async servers(known: readonly KnownServer[]): Promise<void> {
    if (this.#json) {
      for (const { server, pin, since, lastUsed } of known)
        await printJson(this.#io, {
          event: 'server',
          server,
          pin,
          since: isoTime(since),
          lastUsed: isoTime(lastUsed),
        });
      return;
    }
    if (known.length === 0) return this.say('No server is remembered yet.');
    for (const { server, pin, lastUsed } of known) {
      await printLine(this.#io, sentence`${server}, last used ${moment(lastUsed)}`);
      await printLine(this.#io, sentence`  ${pin}`);
    }
  }

  forgotten(server: string): Promise<void> {
    return this.#result({ event: 'forgotten', server }, sentence`Forgotten: ${server}`);
  }
}

/** A file that holds something else has no error code of the system. */
function deviceReason(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? systemReason(cause) : 'what is there is damaged';
}

/** For programs: when the last login was and what failed since, if anything did. */
function sinceLastLogin({ lastLogin, failedSince }: AccountSession): object {
  const { passwords, codes, unfinished } = failedSince;
  return {
    ...(lastLogin === undefined ? {} : { lastLogin: isoTime(lastLogin) }),
    ...(passwords + codes === 0 && !unfinished
      ? {}
      : {
          failedSince: {
            passwords,
            codes,
            ...(unfinished ? { unfinished: { ...unfinished, at: isoTime(unfinished.at) } } : {}),
          },
        }),
  };
}
