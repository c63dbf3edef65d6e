import { type Io, programCall } from '@countersign/terminal';

/** The program's name in front of a command or an option. */
const OURS = /\bcountersign (?=--|[a-z])/g;

/** Commands in a text of ours as they have to be typed here: not everybody has a `countersign` to call. */
export function typedAs(io: Io, text: string): string {
  return text.replace(OURS, `${programCall(io, 'countersign')} `);
}
