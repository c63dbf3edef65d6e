/** Plain lines for screen readers and logs of a session: nothing is drawn twice, and no cursor moves. */

type Env = Readonly<Record<string, string | undefined>>;

/** The variable of `--plain`. */
const PLAIN_VARIABLE = 'COUNTERSIGN_PLAIN';

/** Whether the user asked for plain lines. */
export function isPlain({ env }: { readonly env: Env }): boolean {
  return !['', '0', 'false'].includes(env[PLAIN_VARIABLE] ?? '');
}

/** Returns the environment of a run, with the variable if the command line has `--plain`. */
export function withPlainOption(env: Env, argv: readonly string[]): Env {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  return own.includes('--plain') ? { ...env, [PLAIN_VARIABLE]: '1' } : env;
}
