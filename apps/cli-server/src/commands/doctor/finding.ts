/** What a check of `doctor` found. `poor` is a problem that can wait. */
export interface Finding {
  /** For scripts. */
  readonly code: string;
  readonly verdict: 'good' | 'poor' | 'bad';
  readonly says: string;
  readonly todo?: string | undefined;
}

export const good = (code: string, says: string): Finding => ({ code, verdict: 'good', says });
export const poor = (code: string, says: string, todo: string): Finding => ({
  code,
  verdict: 'poor',
  says,
  todo,
});
export const bad = (code: string, says: string, todo: string): Finding => ({
  code,
  verdict: 'bad',
  says,
  todo,
});
