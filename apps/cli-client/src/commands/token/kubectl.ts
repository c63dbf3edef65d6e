/**
 * A token for kubectl, which runs this program as a credential plugin (client-go, "ExecCredential"). `KUBERNETES_EXEC_INFO`
 * contains the version of the format, and whether a user can answer questions.
 */
import { isoTime, printJson } from '@countersign/terminal';
import { type Context, misuse } from '../../context.ts';
import { type TokenRequest, withToken } from './token.ts';

const DEFAULT_VERSION = 'client.authentication.k8s.io/v1';
/** Versions that have the same fields. */
const VERSION = /^client\.authentication\.k8s\.io\/v1(?:beta1)?$/;

export async function forKubectl(context: Context, audience: string, request: TokenRequest): Promise<void> {
  const { apiVersion, isInteractive } = readInfo(context.io.env.KUBERNETES_EXEC_INFO);
  return withToken(context, audience, { ...request, mayAsk: isInteractive }, ({ token, expiresAt }) =>
    printJson(context.io, {
      kind: 'ExecCredential',
      apiVersion,
      spec: {},
      status: { expirationTimestamp: isoTime(expiresAt), token },
    }),
  );
}

/** @throws {CliError} bad_exec_info */
function readInfo(text = ''): { readonly apiVersion: string; readonly isInteractive: boolean } {
  if (text === '') return { apiVersion: DEFAULT_VERSION, isInteractive: true };
  const { apiVersion, spec } = parsed(text);
  if (typeof apiVersion !== 'string' || !VERSION.test(apiVersion))
    throw misuse(
      'bad_exec_info',
      'KUBERNETES_EXEC_INFO asks for another version than v1 or v1beta1 of client.authentication.k8s.io. Set apiVersion in the kubeconfig to client.authentication.k8s.io/v1',
    );
  const isInteractive = !(isObject(spec) && spec.interactive === false);
  return { apiVersion, isInteractive };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const info: unknown = JSON.parse(text);
    if (isObject(info)) return info;
  } catch {
    // reported below
  }
  throw misuse(
    'bad_exec_info',
    'KUBERNETES_EXEC_INFO is not a JSON object. kubectl sets it; unset it elsewhere.',
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
