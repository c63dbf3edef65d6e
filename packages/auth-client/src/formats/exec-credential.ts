/**
 * A token for kubectl, which runs a program as a credential plugin (client-go, "ExecCredential"). `KUBERNETES_EXEC_INFO`
 * contains the version of the format, and whether a user can answer questions.
 */
const DEFAULT_VERSION = 'client.authentication.k8s.io/v1';
/** Versions that have the same fields. */
const VERSION = /^client\.authentication\.k8s\.io\/v1(?:beta1)?$/;

/** What kubectl says to its plugin. */
export interface ExecInfo {
  readonly apiVersion: string;
  /** Whether a user can answer questions. */
  readonly isInteractive: boolean;
}

/**
 * Reads `KUBERNETES_EXEC_INFO`.
 *
 * @returns what is wrong with it, if it cannot be used
 */
export function readExecInfo(text = ''): ExecInfo | 'not_an_object' | 'other_version' {
  if (text === '') return { apiVersion: DEFAULT_VERSION, isInteractive: true };
  const info = parsed(text);
  if (!isObject(info)) return 'not_an_object';
  const { apiVersion, spec } = info;
  if (typeof apiVersion !== 'string' || !VERSION.test(apiVersion)) return 'other_version';
  return { apiVersion, isInteractive: !(isObject(spec) && spec.interactive === false) };
}

/**
 * Returns the answer to kubectl, to be printed as JSON.
 *
 * @param expirationTimestamp ISO 8601
 */
export function execCredential(
  { apiVersion }: ExecInfo,
  token: string,
  expirationTimestamp: string | undefined,
): Readonly<Record<string, unknown>> {
  return { kind: 'ExecCredential', apiVersion, spec: {}, status: { expirationTimestamp, token } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
