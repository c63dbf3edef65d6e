/** Messages for users whose code was not accepted at enrolment: what happened, and what to do. */
import type { DiagnosisCause } from './diagnosis.ts';
import type { TotpAlgorithm, TotpDigits } from './profile.ts';

/** A {@link Diagnosis}, or the part of it that a peer sent. Only the cause is required. */
export interface Hint {
  readonly cause: DiagnosisCause;
  readonly offsetSeconds?: number | undefined;
  readonly algorithm?: TotpAlgorithm | undefined;
  readonly digits?: TotpDigits | undefined;
  readonly period?: number | undefined;
}

/** Returns one or two sentences for the user who is enrolling. */
export function explainDiagnosis({ cause, offsetSeconds, algorithm, digits, period }: Hint): string {
  switch (cause) {
    case 'clock':
      return (
        `The app works, but its clock ${clockError(offsetSeconds)}. ` +
        'Set the date and time of the device to automatic, then enter the code that the app shows next.'
      );
    case 'algorithm':
      return (
        `The app uses ${algorithm ?? 'another algorithm'} instead of the algorithm of this account, so its codes will ` +
        'always be wrong. Use another app, or ask the administrator for the default settings.'
      );
    case 'digits':
      return (
        `The app shows codes of ${digits ?? 'another number of'} digits, which this account does not use. ` +
        'Use another app, or ask the administrator for the default settings.'
      );
    case 'period':
      return (
        `The app changes its code ${period === undefined ? '' : `every ${period} seconds, `}at other times than this ` +
        'account. Use another app, or ask the administrator for the default settings.'
      );
    case 'secret_as_text':
      return (
        'The app took the letters of the key for the key itself. ' +
        'Delete the entry, then scan the QR code, or enter the key again as a base32 key.'
      );
    case 'earlier_qr':
      return 'This code comes from an earlier QR code. Delete that entry in the app and scan the one shown now.';
    case 'unknown':
      return 'The code is wrong. Check that you are using the entry just added, and enter the code that the app shows now.';
  }
}

function clockError(offsetSeconds: number | undefined): string {
  if (offsetSeconds === undefined || offsetSeconds === 0) return 'is wrong';
  const seconds = Math.abs(offsetSeconds);
  const [amount, unit] = seconds < 120 ? [seconds, 'second'] : [Math.round(seconds / 60), 'minute'];
  return `is about ${amount} ${unit}${amount === 1 ? '' : 's'} ${offsetSeconds < 0 ? 'slow' : 'fast'}`;
}
