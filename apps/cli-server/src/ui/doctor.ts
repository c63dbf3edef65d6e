/** What the doctor finds, in words, each with what to do about it. */
import {
  counted,
  type Io,
  moment,
  printJson,
  printLine,
  quoted,
  sentence,
  styleFor,
} from '@countersign/terminal';
import type { Settings } from '../settings.ts';
import { BRING_BACK } from './errors.ts';

export interface Finding {
  /** For scripts. */
  readonly code: string;
  /** `poor` will become `bad` one day. */
  readonly verdict: 'good' | 'poor' | 'bad';
  readonly says: string;
  readonly todo?: string;
}

export const findings = {
  node: (version: string, old: boolean): Finding => ({
    code: 'node',
    verdict: old ? 'bad' : 'good',
    says: `Node.js ${version}`,
    ...(old ? { todo: 'Install Node.js 20.19 or newer.' } : {}),
  }),

  permissions: (open: readonly string[]): Finding =>
    open.length === 0
      ? { code: 'permissions', verdict: 'good', says: 'Only the owner can read store and key' }
      : {
          code: 'permissions',
          verdict: 'bad',
          says: sentence`Others than the owner can get at ${open.join(', ')}`,
          todo: sentence`Run: chmod go-rwx ${open.join(' ')}`,
        },

  owner: (foreign: readonly string[]): Finding => ({
    code: 'owner',
    verdict: 'poor',
    says: sentence`${foreign.join(', ')} belongs to another user than the one who asks`,
    todo: 'Run the server and its commands as the same user.',
  }),

  certificate: ({
    ends,
    now,
    verdict,
    isOwn,
  }: {
    ends: number;
    now: number;
    verdict: Finding['verdict'];
    isOwn: boolean;
  }): Finding => ({
    code: 'certificate',
    verdict,
    says:
      ends > now
        ? `The certificate is valid until ${moment(ends)}${verdict === 'bad' ? ', but not yet' : ''}`
        : `The certificate has ended at ${moment(ends)}`,
    ...(verdict === 'good'
      ? {}
      : {
          todo: isOwn
            ? 'Run: countersign-server cert renew (the pin stays)'
            : 'Renew it where it comes from, with the same key: with another one every client refuses the server.',
        }),
  }),

  newKey: ({ pin, since, recent }: { pin: string; since: number; recent: boolean }): Finding => ({
    code: 'key',
    verdict: recent ? 'poor' : 'good',
    says: `The server has had its key ${pin} since ${moment(since)}, and another one before`,
    ...(recent
      ? { todo: 'Clients that remember the one before refuse the server: tell users the new pin.' }
      : {}),
  }),

  noCertificate: (): Finding => ({
    code: 'certificate',
    verdict: 'poor',
    says: 'There is no certificate of its own here',
    todo: 'Start the server: it makes one, unless it is given one with --tls-cert.',
  }),

  room: (place: string, bytes: number, little: boolean): Finding => ({
    code: 'room',
    verdict: little ? 'bad' : 'good',
    says: sentence`${Math.round(bytes / 1_000_000)} MB are free where ${place} is`,
    ...(little ? { todo: 'Make room: logins fail when the disk is full.' } : {}),
  }),

  records: (good: number, bad: number): Finding => ({
    code: 'records',
    verdict: bad === 0 ? 'good' : 'bad',
    says:
      bad === 0
        ? `${counted(good, 'record')}, and every one opens`
        : `${counted(bad, 'record')} of ${good + bad} do not open`,
    ...(bad === 0 ? {} : { todo: `countersign-server store check tells which. ${BRING_BACK}` }),
  }),

  keys: (keys: number): Finding => {
    if (keys > 1)
      return {
        code: 'keys',
        verdict: 'poor',
        says: 'A rotation of the keys is not finished',
        todo: 'Run: countersign-server keys rotate --resume',
      };
    return { code: 'keys', verdict: 'good', says: 'The key has sealed little of what it may' };
  },

  slots: (count: number): Finding =>
    count > 1
      ? { code: 'slots', verdict: 'good', says: `${count} passphrases or key files open the store` }
      : {
          code: 'slots',
          verdict: 'poor',
          says: 'One passphrase or key file opens the store; without it everything is lost',
          todo: 'countersign-server slot add makes a second one, to be kept somewhere else.',
        },

  ahead: (username: string, users: number, until: number): Finding => ({
    code: 'ahead',
    verdict: 'bad',
    says: sentence`This clock was ahead and came back: codes of ${username}${users > 1 ? ` and of ${users - 1} more` : ''} are refused as used until ${moment(until)}`,
    todo: `Check that the clock is right now, then run: countersign-server user unlock ${quoted(username)}${users > 1 ? ', and the same for the others (user show NAME says whose)' : ''}`,
  }),

  /**
   * What is accepted is one step either way, so logins can show no more than that. Nobody types a code before the app shows
   * it; a step late is what slow typing looks like, unless nearly every code is (`late`).
   */
  clock: ({
    users,
    steps,
    late,
    known,
  }: {
    users: number;
    steps: number;
    late: boolean;
    known: boolean;
  }): Finding => {
    const found = (verdict: Finding['verdict'], says: string): Finding => ({
      code: 'clock',
      verdict,
      says,
      ...(verdict === 'good' ? {} : { todo: 'Set it by a time service (NTP), as codes depend on it.' }),
    });
    if (!known)
      return found('good', `Too few users have logged in (${users}) to tell whether this clock is right`);
    if (steps > 0) return found('poor', 'This clock is behind those of most users, by one step or less');
    if (late)
      return found(
        'poor',
        'Nearly every code comes a step late: this clock is probably ahead, by one step or less',
      );
    return steps < 0
      ? found('good', 'Most users give their codes a step late, as slow typing does')
      : found('good', `The clock agrees with those of ${counted(users, 'user')}`);
  },
} as const;

const MARKS = { good: 'ok  ', poor: 'look', bad: 'BAD ' } as const;

export async function showFindings(io: Io, { json }: Settings, found: readonly Finding[]): Promise<void> {
  const style = styleFor(io.stdout, io.env);
  const paint = { good: style.green, poor: style.yellow, bad: style.red };
  for (const { code, verdict, says, todo } of found) {
    if (json)
      await printJson(io, { event: 'finding', code, verdict, says, ...(todo === undefined ? {} : { todo }) });
    else {
      await printLine(io, `${paint[verdict](MARKS[verdict])}  ${says}.`);
      if (todo !== undefined) await printLine(io, `      ${todo}`);
    }
  }
}
