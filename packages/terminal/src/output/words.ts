/** Formats numbers, durations and times in words. */

/**
 * Formats a count: `1 wrong code`, `3 wrong codes`.
 *
 * @param many the plural, if it is not `one` with an s
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** Formats seconds by their two largest units, rounded up: `2 minutes`, `1 hour 5 minutes`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'an unknown time';
  const whole = Math.max(0, Math.ceil(seconds));
  const largest = UNITS.findIndex(([, size]) => whole >= size);
  if (largest === -1) return '0 seconds';
  const [name, size] = UNITS[largest] ?? ['second', 1];
  const [nextName, nextSize] = UNITS[largest + 1] ?? ['second', 1];
  const rest = size === 1 ? 0 : Math.ceil((whole % size) / nextSize);
  if (rest * nextSize === size) return duration(whole - (whole % size) + size);
  const first = counted(Math.floor(whole / size), name);
  return rest === 0 ? first : `${first} ${counted(rest, nextName)}`;
}

/** The end of the year 9999. */
const LAST_MOMENT = 253_402_300_799;

/** Formats Unix seconds as `2026-03-01 14:05 UTC`; a number outside the calendar as `unknown`. */
export function moment(seconds: number): string {
  const iso = isoTime(seconds);
  return iso === undefined ? 'unknown' : `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** The same to the second: `2026-03-01 14:05:09 UTC`. */
export function exactMoment(seconds: number): string {
  const iso = isoTime(seconds);
  return iso === undefined ? 'unknown' : `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * Formats Unix seconds as ISO 8601 in UTC: `2026-03-01T14:05:09.000Z`.
 *
 * @returns `undefined` outside the calendar and for `undefined`
 */
export function isoTime(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  const date = new Date(Math.round(seconds * 1000));
  const known = !Number.isNaN(date.getTime()) && seconds >= 0 && seconds <= LAST_MOMENT;
  return known ? date.toISOString() : undefined;
}

/** Formats a time relative to `now`, both in Unix seconds: `in 2 minutes`, `3 hours ago`, `now`. */
export function relative(seconds: number, now: number): string {
  const difference = Math.round(seconds - now);
  if (!Number.isFinite(difference)) return 'at an unknown time';
  if (difference === 0) return 'now';
  return difference > 0 ? `in ${largestUnit(difference)}` : `${largestUnit(-difference)} ago`;
}

/** Whole units only, rounded down: `2 hours` for 2 h 59 min. */
function largestUnit(seconds: number): string {
  const [name, size] = UNITS.find(([, unit]) => seconds >= unit) ?? ['second', 1];
  return counted(Math.floor(seconds / size), name);
}

/** Capitalises the text and adds a full stop unless it has one: messages of libraries have neither. */
export function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
