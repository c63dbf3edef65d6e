/** Escape sequences of terminals (ECMA-48). */
export const ESC = '\u001b';

export const ERASE_LINE = `\r${ESC}[2K`;
export const SHOW_CURSOR = `${ESC}[?25h`;
export const UP = `${ESC}[A`;
export const DOWN = `${ESC}[B`;

/** SGR, which sets colours and weights, as the source of a pattern. */
export const COLOUR = `${ESC}\\[[0-9;]*m`;
/** What a key such as an arrow sends: SS3 and CSI. The last letter is the first group. */
export const SPECIAL_KEY = `${ESC}(?:O|\\[[0-9;]*)([A-Za-z~])`;
/** The beginning of one whose rest has not arrived yet. */
export const SPECIAL_KEY_BEGUN = `${ESC}(?:O|\\[[0-9;]*)?$`;
