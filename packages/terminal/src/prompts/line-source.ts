/** Where lines come from: a pipe (`line-reader.ts`), or keys that must not be echoed (`typed-lines.ts`). */

/** Longest line in bytes. Passwords have at most 256 characters. */
export const MAX_LINE = 4096;

export type Line =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'too_long' }
  | { readonly kind: 'not_text' }
  | { readonly kind: 'failed'; readonly cause: unknown };

/** The question as `typed-lines.ts` shows it; a pipe does not show it. */
export interface LineQuestion {
  readonly shown: string;
  readonly secret: boolean;
}

export interface LineSource {
  /** Returns the next line; after the end always the same answer. Rejects with the reason of `signal`. */
  next(signal: AbortSignal, question: LineQuestion): Promise<Line>;
  /**
   * Whether more than `most` lines have arrived, of which the last may be incomplete. Standard input is not touched while
   * nothing was asked for and `most` is 0.
   */
  hasMore(most?: number): Promise<boolean>;
  /** Stops reading standard input until the next question. */
  close(): void;
}

/** Decodes bytes that are valid UTF-8. */
export function decodeLine(bytes: Uint8Array): Line {
  try {
    return { kind: 'line', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { kind: 'not_text' };
  }
}
