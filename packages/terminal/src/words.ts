/** Numbers, durations and times in words. */

/** `1 wrong code`, `3 wrong codes`; `many` where an s is not enough. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A duration in seconds by its two largest units: `2 minutes`, `1 hour 5 minutes`. Never less than it is. */
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

/** A time (seconds since 1970) as in `2026-03-01 14:05 UTC`; a number no calendar knows as `unknown`. */
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
 * A time (seconds since 1970) for programs: ISO 8601, in UTC, as in `2026-03-01T14:05:09.000Z`. Nothing for a number no
 * calendar knows.
 */
export function isoTime(seconds: number): string | undefined {
  const date = new Date(Math.round(seconds * 1000));
  const known = !Number.isNaN(date.getTime()) && seconds >= 0 && seconds <= LAST_MOMENT;
  return known ? date.toISOString() : undefined;
}

/** A time beside now, both in seconds since 1970: `in 2 minutes`, `3 hours ago`, `now`. */
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

/** Returns the text with a capital letter first, and a full stop unless it has an end: errors of libraries have neither. */
export function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
