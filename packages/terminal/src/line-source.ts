/** Where lines come from: a pipe (`line-reader.ts`), or keys that nobody may echo (`typed-lines.ts`). */

/** Longest line in bytes. Passwords have 256 characters at most. */
export const MAX_LINE = 4096;

export type Line =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'too_long' }
  | { readonly kind: 'not_text' }
  | { readonly kind: 'failed'; readonly cause: unknown };

/** What somebody who sees the screen of a keyboard is asked; a pipe does not care. */
export interface LineQuestion {
  readonly shown: string;
  readonly secret: boolean;
}

export interface LineSource {
  /** The next line; after the end the same answer for ever. Rejects when `signal` is aborted, with its reason. */
  next(signal: AbortSignal, question: LineQuestion): Promise<Line>;
  /**
   * Whether more than `most` lines have arrived, of which the last may be incomplete. Standard input is not touched while
   * nothing was asked for and `most` is 0.
   */
  hasMore(most?: number): Promise<boolean>;
  /** Leaves standard input alone until the next question. */
  close(): void;
}

/** The text of bytes that are exactly UTF-8. */
export function decodeLine(bytes: Uint8Array): Line {
  try {
    return { kind: 'line', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { kind: 'not_text' };
  }
}
