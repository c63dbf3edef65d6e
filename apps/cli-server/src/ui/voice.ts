/**
 * How this program speaks. Every word the administrator sees is in this folder, except the help text, which stands with
 * the options it explains.
 *
 * Short sentences: what happened, why, what to do now. "Your" is the administrator's, "users" are the others. Values from
 * outside (paths, names, answers of other programs) go through `sentence` or `plain`.
 */
export { problem } from '@countersign/terminal';

/** With a full stop unless it has one. */
export function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
